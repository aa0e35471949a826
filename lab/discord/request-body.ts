import type { IncomingMessage } from 'node:http';
import { refusals } from './refusal.ts';
import type { UploadedFile } from './payload.ts';

/** The largest request that Discord takes, in bytes. https://docs.discord.com/developers/reference#uploading-files */
const MAX_REQUEST = 25 * 1024 * 1024;
const MAX_FILE = 10 * 1024 * 1024;

export interface RequestBody {
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
}

/** Reads a JSON body, or a multipart one with `payload_json` and `files[n]`. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (bytes.length > MAX_REQUEST) throw refusals.tooLarge();
  if (bytes.length === 0) return { body: undefined, files: [] };
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return multipart(bytes, type);
  return { body: json(bytes.toString()), files: [] };
}

async function multipart(bytes: Buffer, type: string): Promise<RequestBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const files: UploadedFile[] = [];
  let body: unknown;
  for (const [name, value] of form) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === 'payload_json' && typeof value === 'string') body = json(value);
    else if (index !== undefined && typeof value !== 'string') {
      files.push({ index: Number(index), name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  if (files.some((file) => file.bytes.length > MAX_FILE)) throw refusals.tooLarge();
  return { body, files };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refusals.invalidJson();
  }
}
