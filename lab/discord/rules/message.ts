/** Discord's rules for what a bot sends. https://docs.discord.com/developers/resources/message */
import type { APIEmbed } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { characters } from '../characters.ts';
import type { MessagePayload, UploadedFile } from '../payload.ts';
import { Form, refusals } from '../refusal.ts';
import { checkComponents } from './components.ts';

const MAX_CONTENT = 2000;
const MAX_EMBEDS = 10;
const MAX_EMBED_CHARACTERS = 6000;
const MAX_FILES = 10;
const MAX_NONCE = 25;

export interface MessageFacts {
  readonly payload: MessagePayload;
  readonly files: readonly UploadedFile[];
  /** What an edit changes. */
  readonly before?: {
    readonly content: string;
    readonly embeds: number;
    readonly components: number;
    readonly files: readonly string[];
    readonly v2: boolean;
  };
}

/** Throws what Discord answers to a message that it does not accept: 50035 with every fault, or 50006 for an empty one. */
export function checkMessage(facts: MessageFacts): void {
  const { payload, files, before } = facts;
  const form = new Form();
  const v2 = ((payload.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0 || before?.v2 === true;
  form.max(['content'], payload.content, MAX_CONTENT);
  if (typeof payload.nonce === 'string') form.max(['nonce'], payload.nonce, MAX_NONCE);
  embeds(form, payload.embeds ?? []);
  attachments(form, payload, files);
  checkComponents(form, payload.components ?? [], { v2, files: fileNames(facts) });
  if (v2) exclusive(form, facts);
  form.done();
  if (empty(facts)) throw refusals.emptyMessage();
}

function embeds(form: Form, given: readonly APIEmbed[]): void {
  if (given.length > MAX_EMBEDS) form.add(['embeds'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_EMBEDS} or fewer in length.`);
  const total = given.reduce((sum, embed) => sum + embedCharacters(embed), 0);
  if (total > MAX_EMBED_CHARACTERS) {
    form.add(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${MAX_EMBED_CHARACTERS}`);
  }
  given.forEach((embed, index) => {
    form.max(['embeds', index, 'title'], embed.title, 256);
    form.max(['embeds', index, 'description'], embed.description, 4096);
    form.max(['embeds', index, 'footer', 'text'], embed.footer?.text, 2048);
    form.max(['embeds', index, 'author', 'name'], embed.author?.name, 256);
    const fields = embed.fields ?? [];
    if (fields.length > 25) form.add(['embeds', index, 'fields'], 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
    fields.forEach((field, place) => {
      required(form, ['embeds', index, 'fields', place, 'name'], field.name, 256);
      required(form, ['embeds', index, 'fields', place, 'value'], field.value, 1024);
    });
  });
}

function required(form: Form, at: readonly (string | number)[], value: string | undefined, max: number): void {
  if (value === undefined || value === '') form.add(at, 'BASE_TYPE_REQUIRED', 'This field is required');
  form.max(at, value, max);
}

/** What Discord counts: title, description, field names and values, footer text, author name. */
function embedCharacters(embed: APIEmbed): number {
  const fields = (embed.fields ?? []).flatMap((field) => [field.name, field.value]);
  const parts = [embed.title, embed.description, embed.footer?.text, embed.author?.name, ...fields];
  return parts.reduce((sum, part) => sum + characters(part), 0);
}

function attachments(form: Form, payload: MessagePayload, files: readonly UploadedFile[]): void {
  if (files.length > MAX_FILES) form.add(['files'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_FILES} or fewer in length.`);
  (payload.attachments ?? []).forEach((attachment, index) => {
    form.max(['attachments', index, 'description'], attachment.description, 1024);
    const isUpload = String(attachment.id).length < 17;
    if (isUpload && !files.some((file) => String(file.index) === String(attachment.id))) {
      form.add(['attachments', index, 'id'], 'ATTACHMENT_NOT_FOUND', `No file with id ${attachment.id} was uploaded`);
    }
  });
}

/** Components V2 stand alone: an edit that turns them on has to take content and embeds away. */
function exclusive(form: Form, { payload, before }: MessageFacts): void {
  const code = 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2';
  const message = (field: string): string => `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`;
  if (payload.content === undefined ? before?.content : payload.content) form.add(['content'], code, message('content'));
  if (remaining(payload.embeds, before?.embeds) > 0) form.add(['embeds'], code, message('embeds'));
}

function fileNames({ payload, files, before }: MessageFacts): string[] {
  const renamed = files.map((file) => payload.attachments?.find((one) => String(one.id) === String(file.index))?.filename ?? file.name);
  return [...renamed, ...(before?.files ?? [])];
}

/** True when nothing is left to show: what the payload does not name stays as it was. */
function empty({ payload, files, before }: MessageFacts): boolean {
  const content = payload.content === undefined ? before?.content : payload.content;
  const parts = [
    files.length,
    remaining(payload.embeds, before?.embeds),
    remaining(payload.components, before?.components),
    remaining(payload.attachments, before?.files.length),
  ];
  return (content ?? '').trim() === '' && parts.every((count) => count === 0);
}

function remaining(given: readonly unknown[] | null | undefined, before: number | undefined): number {
  return given === undefined ? (before ?? 0) : (given?.length ?? 0);
}
