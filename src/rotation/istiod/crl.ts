/** Lists of revoked certificates, as far as istiod looks at them: by whom each was signed. */
import type { Certificate } from '../../pki/certificate.ts';
import { isListOf, maySignLists, readCrls } from '../../pki/crl.ts';

/** The certificates whose issuer publishes nothing in a text of lists: istiod refuses the whole update while there is one. */
export function withoutCrl(text: string, authorities: readonly Certificate[]): readonly Certificate[] {
  const { lists } = readCrls(text);
  return authorities.filter((authority) => !maySignLists(authority) || !lists.some((list) => isListOf(list, authority)));
}
