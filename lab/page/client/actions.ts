/** What the page does when somebody acts: each asks the lab and puts the outcome into the state. */
import type { ActAnswer, FaultView, ModalRequest, OptionValue } from '../contract.ts';
import { api, RefusedError } from './api.ts';
import { pageDepth, type PageState, type Store } from './state.ts';
import { labNow } from './ticker.ts';

export interface Actions {
  slash(path: readonly string[], options: readonly OptionValue[], typed: string): Promise<void>;
  component(message: string, customId: string, values?: readonly string[]): Promise<void>;
  submitModal(fields: ModalRequest['fields']): Promise<void>;
  closeModal(): void;
  fault(fault: FaultView): Promise<void>;
  dismiss(id: string): void;
  goTo(channel: string): void;
  playAs(person: string): void;
  open(drawer: PageState['drawer']): void;
  showEarlier(): void;
}

export function createActions(store: Store): Actions {
  const acting = (): { user: string; channel: string } => ({ user: store.get().person, channel: store.get().channel });

  function opened(answer: ActAnswer, channel: string): void {
    if (answer.modal !== undefined) store.set({ modal: { answer, channel } });
  }

  return {
    async slash(path, options, typed) {
      const who = acting();
      store.set({ sending: typed });
      try {
        opened(await api.slash({ ...who, path, options }), who.channel);
      } catch (error) {
        const note = {
          id: crypto.randomUUID(),
          channel: who.channel,
          person: who.user,
          asked: `/${path.join(' ')}`,
          error: reason(error),
          at: labNow(),
        };
        store.set({ notes: [...store.get().notes, note] });
      } finally {
        store.set({ sending: undefined });
      }
    },
    async component(message, customId, values) {
      const who = acting();
      const key = `${message} ${customId}`;
      store.set({ busy: including(store.get().busy, key), failures: withoutKey(store.get().failures, message) });
      try {
        opened(await api.component({ ...who, message, customId, ...(values === undefined ? {} : { values }) }), who.channel);
      } catch (error) {
        store.set({ failures: new Map(store.get().failures).set(message, reason(error)) });
      } finally {
        store.set({ busy: without(store.get().busy, key) });
      }
    },
    async submitModal(fields) {
      const { modal, person } = store.get();
      const customId = modal?.answer.modal?.custom_id;
      if (modal === undefined || customId === undefined) return;
      store.set({ modal: { answer: modal.answer, channel: modal.channel, sending: true } });
      try {
        await api.modal({ user: person, channel: modal.channel, interaction: modal.answer.interaction, customId, fields });
        store.set({ modal: undefined });
      } catch (error) {
        store.set({ modal: { answer: modal.answer, channel: modal.channel, error: reason(error) } });
      }
    },
    closeModal: () => store.set({ modal: undefined }),
    async fault(fault) {
      store.set({ busyFaults: including(store.get().busyFaults, fault.id), faultError: undefined });
      try {
        store.set({ faults: await api.fault(fault.id, { on: fault.kind === 'toggle' ? !fault.on : true }) });
      } catch (error) {
        store.set({ faultError: `${fault.title}: ${reason(error)}` });
      } finally {
        store.set({ busyFaults: without(store.get().busyFaults, fault.id) });
      }
    },
    dismiss(id) {
      const { dismissed, notes } = store.get();
      store.set({ dismissed: including(dismissed, id), notes: notes.filter((note) => note.id !== id) });
    },
    goTo: (channel) => store.set({ channel, drawer: 'none', depth: pageDepth }),
    playAs: (person) => store.set({ person, modal: undefined, failures: new Map() }),
    open: (drawer) => store.set({ drawer }),
    showEarlier: () => store.set({ depth: store.get().depth + pageDepth }),
  };
}

/** Anything but a refusal is a fault of the page itself: it must reach the console. */
function reason(error: unknown): string {
  if (error instanceof RefusedError) return error.message;
  throw error;
}

function including(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  return new Set(set).add(item);
}

function without(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  return new Set([...set].filter((each) => each !== item));
}

function withoutKey(map: ReadonlyMap<string, string>, key: string): ReadonlyMap<string, string> {
  return new Map([...map].filter(([each]) => each !== key));
}
