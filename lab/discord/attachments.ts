import type { APIAttachment } from 'discord-api-types/v10';
import type { AttachmentPayload, MessagePayload, UploadedFile } from './payload.ts';
import type { Channel, World } from './world.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** Keeps the uploaded files under `/cdn/` and describes them, with the attachments that an edit keeps before them. */
export function attach(
  world: World,
  place: { readonly channel: Channel; readonly origin: string; readonly ephemeral: boolean },
  given: { readonly payload: MessagePayload; readonly files: readonly UploadedFile[]; readonly existing: readonly APIAttachment[] },
): APIAttachment[] {
  const described = given.payload.attachments ?? undefined;
  const kept = given.existing.filter((attachment) => described === undefined || described.some((one) => String(one.id) === attachment.id));
  const added = given.files.map((file) => {
    const about = described?.find((one) => String(one.id) === String(file.index));
    return store(world, place, file, about);
  });
  return [...kept, ...added];
}

function store(
  world: World,
  place: { readonly channel: Channel; readonly origin: string; readonly ephemeral: boolean },
  file: UploadedFile,
  about: AttachmentPayload | undefined,
): APIAttachment {
  const id = world.nextId();
  const filename = about?.filename ?? file.name;
  const path = `/attachments/${place.channel.id}/${id}/${encodeURIComponent(filename)}`;
  const type = contentType(filename, file.type);
  world.files.set(path, { path, type, bytes: file.bytes });
  const url = `${place.origin}/cdn${path}`;
  return {
    id,
    filename,
    size: file.bytes.length,
    url,
    proxy_url: url,
    content_type: type,
    ...imageSize(file.bytes),
    ...(about?.description ? { description: about.description } : {}),
    ...(place.ephemeral ? { ephemeral: true } : {}),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  yaml: 'application/yaml; charset=utf-8',
};

/** Discord decides by the file's name; what the bot says counts only where the name says nothing. */
function contentType(filename: string, said: string): string {
  const known = TYPES[filename.slice(filename.lastIndexOf('.') + 1).toLowerCase()];
  return known ?? (said === '' ? 'application/octet-stream' : said);
}

function imageSize(bytes: Buffer): { width: number; height: number } | Record<string, never> {
  if (bytes.length < 24 || !bytes.subarray(0, 4).equals(PNG)) return {};
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
