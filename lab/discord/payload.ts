import type { APIAllowedMentions, APIEmbed, APIMessageTopLevelComponent } from 'discord-api-types/v10';

/** The body of a message as a bot sends it, for posts, replies, follow-ups and edits alike. */
export interface MessagePayload {
  readonly content?: string | null;
  readonly embeds?: readonly APIEmbed[] | null;
  readonly components?: readonly APIMessageTopLevelComponent[] | null;
  readonly flags?: number | null;
  readonly attachments?: readonly AttachmentPayload[] | null;
  readonly allowed_mentions?: APIAllowedMentions | null;
  readonly nonce?: string | number | null;
  readonly enforce_nonce?: boolean | null;
  readonly message_reference?: { readonly message_id?: string; readonly fail_if_not_exists?: boolean } | null;
}

export interface AttachmentPayload {
  /** The number of the uploaded file, or the id of an attachment that an edit keeps. */
  readonly id: string | number;
  readonly filename?: string | null;
  readonly description?: string | null;
}

/** A `files[n]` part of a multipart body. */
export interface UploadedFile {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}
