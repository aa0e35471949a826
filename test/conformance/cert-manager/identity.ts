/** Which real certificate and key stands for which placeholder: each for one, and one for each. */
import { createHash, createPublicKey } from 'node:crypto';
import { readPem } from '../../../src/pki/pem.ts';
import { readKey } from '../../../lab/controllers/cert-manager/keys.ts';

const PLACEHOLDER = /<(?:cert:(\d+)|private key (\d+): ([^<>]+))>/g;
const BLOCK = /-----BEGIN ([^-]+)-----[\s\S]*?-----END [^-]+-----\n?/g;
/** In shown texts: a placeholder's name, or the identity of something real. */
const TOKEN = /\[((?:cert|key)[:#][0-9a-f]+)/g;
const FORMS: Readonly<Record<string, string>> = {
  'EC PRIVATE KEY': 'SEC 1 (EC PRIVATE KEY)',
  'RSA PRIVATE KEY': 'PKCS#1',
  'PRIVATE KEY': 'PKCS#8',
};

/** A recorded text with names in the places of placeholders: `[cert:3]`, `[key:2 PKCS#8]`. */
export function shownRecorded(text: string): string {
  return text
    .replaceAll(PLACEHOLDER, (_, certificate?: string, key?: string, form?: string) =>
      certificate === undefined ? `[key:${key} ${String(form).replace(/ (?:EC|RSA|ED)\S* ?\S*$/, '')}]` : `[cert:${certificate}]`,
    )
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A hash for comparison. */
function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the placeholders of a recording stand for, learnt as the two are seen in the same place. */
export class Identities {
  readonly #real = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #pems = new Map<string, string>();

  /** A real text in the same way, with identities in the places of PEM blocks: `[cert#ab12]`, `[key#cd34 PKCS#8]`. */
  shown(text: string): string {
    return text
      .replaceAll(BLOCK, (pem, label: string) => {
        const key = label.endsWith('PRIVATE KEY') ? readKey(pem) : undefined;
        const der = key === undefined ? readPem(pem).blocks[0]?.der : createPublicKey(key).export({ type: 'spki', format: 'der' });
        const identity = `${key === undefined ? 'cert' : 'key'}#${sha256(der ?? new Uint8Array())}`;
        const form = key === undefined ? '' : ` ${FORMS[label] ?? label}`;
        this.#pems.set(identity + form, pem);
        return `[${identity}${form}] `;
      })
      .replaceAll(/\s+/g, ' ')
      .trim();
  }

  /** True where a shown real text is a shown recorded one. What is seen for the first time is learnt. */
  agree(recorded: string, real: string): boolean {
    if (recorded.replaceAll(TOKEN, '[') !== real.replaceAll(TOKEN, '[')) return false;
    const names = [...recorded.matchAll(TOKEN)].map(([, name]) => name ?? '');
    const identities = [...real.matchAll(TOKEN)].map(([, identity]) => identity ?? '');
    return names.length === identities.length && names.every((name, index) => this.#bind(name, identities[index] ?? ''));
  }

  #bind(name: string, identity: string): boolean {
    if (!this.#real.has(name) && !this.#names.has(identity)) {
      this.#real.set(name, identity);
      this.#names.set(identity, name);
    }
    return this.#real.get(name) === identity;
  }

  /** A recorded text with PEM blocks in the places of its placeholders. */
  filled(text: string): string {
    return text.replaceAll(PLACEHOLDER, (placeholder, certificate?: string, key?: string, form?: string) => {
      const name = certificate === undefined ? `key:${key}` : `cert:${certificate}`;
      const kind = form === undefined ? '' : ` ${form.replace(/ (?:EC|RSA|ED)\S* ?\S*$/, '')}`;
      const pem = this.#pems.get(`${this.#real.get(name)}${kind}`);
      if (pem === undefined) throw new Error(`Nothing is known to stand for ${placeholder}`);
      return pem.trimEnd();
    });
  }

  /** The certificates that have names, as PEM, and the name of the key with an identity. */
  certificates(): (readonly [string, string])[] {
    return [...this.#real].flatMap(([name, identity]) => {
      const pem = this.#pems.get(identity);
      return name.startsWith('cert:') && pem !== undefined ? [[name, pem] as const] : [];
    });
  }

  /** True for a placeholder that was seen in the replay; keys of issuers that stood there before are not. */
  knows(name: string): boolean {
    return this.#real.has(name);
  }

  /** The name of the key whose public half this is. */
  keyName(spki: Uint8Array): string | undefined {
    return this.#names.get(`key#${sha256(spki)}`);
  }
}
