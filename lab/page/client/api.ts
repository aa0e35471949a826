/** The lab's server, as contract.ts describes it. */
import type {
  ActAnswer,
  AutocompleteAnswer,
  AutocompleteRequest,
  ComponentRequest,
  FaultRequest,
  FaultView,
  ModalRequest,
  Refusal,
  SlashRequest,
  WorldView,
} from '../contract.ts';

/** What Discord's client would show in the bot's place. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

const unreachable = 'The lab is not reachable';

export const api = {
  state: async (): Promise<WorldView> => ask('/lab/state'),
  faults: async (): Promise<readonly FaultView[]> => ask('/lab/faults'),
  slash: async (body: SlashRequest): Promise<ActAnswer> => ask('/lab/slash', body),
  component: async (body: ComponentRequest): Promise<ActAnswer> => ask('/lab/component', body),
  modal: async (body: ModalRequest): Promise<ActAnswer> => ask('/lab/modal', body),
  autocomplete: async (body: AutocompleteRequest, signal: AbortSignal): Promise<AutocompleteAnswer> =>
    ask('/lab/autocomplete', body, signal),
  fault: async (id: string, body: FaultRequest): Promise<readonly FaultView[]> => ask(`/lab/faults/${encodeURIComponent(id)}`, body),
};

async function ask<Answer>(path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(path, { ...(body === undefined ? {} : post), ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new RefusedError(unreachable, { cause });
  }
  if (response.ok) return (await response.json()) as Answer;
  throw new RefusedError(await reasonOf(response));
}

async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.status !== 422) return `The lab answered ${response.status}: ${text.slice(0, 200)}`;
  return (JSON.parse(text) as Refusal).error;
}
