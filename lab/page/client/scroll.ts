/** Where the messages stand: the newest stays in sight for who was looking at it, and nobody else is moved. */

const nearPx = 60;

interface Place {
  readonly channel: string;
  readonly last: string | undefined;
  readonly focused: string | undefined;
}

/** True while the newest message is in sight; what grows below it (pictures, menus, edits) then stays in sight too. */
let following = true;
let top = 0;

/** Read before the page is drawn. */
export function readPlace(channel: string): Place {
  const focused = document.activeElement?.closest<HTMLElement>('.messages [data-id]')?.dataset['id'];
  return { channel, last: lastId(), focused };
}

/** Put back after it is drawn. A focused button that an edit took away leaves the focus on its message. */
export function restorePlace(before: Place, channel: string): void {
  if (before.channel !== channel) following = true;
  const list = messages();
  if (list !== null) observer.observe(list.firstElementChild ?? list);
  if (following) toNewest();
  const button = document.querySelector<HTMLElement>('.to-newest');
  if (button !== null && (following || lastId() !== before.last)) button.hidden = following;
  if (before.focused !== undefined && document.activeElement === document.body) {
    document.querySelector<HTMLElement>(`[data-id="${before.focused}"]`)?.focus();
  }
}

/** Shows the newest message and stays with it. */
export function toNewest(): void {
  following = true;
  const list = messages();
  if (list === null) return;
  list.scrollTop = list.scrollHeight;
  top = list.scrollTop;
}

/** Watches where the person scrolls to. */
export function followScroll(): void {
  document.addEventListener(
    'scroll',
    (event) => {
      const list = event.target;
      if (!(list instanceof Element) || !list.matches('.messages')) return;
      const near = list.scrollHeight - list.scrollTop - list.clientHeight < nearPx;
      // only a move upwards is a person's: what grows below also leaves the end behind
      following = near || (following && list.scrollTop >= top);
      top = list.scrollTop;
      const button = document.querySelector<HTMLElement>('.to-newest');
      if (following && button !== null) button.hidden = true;
    },
    { capture: true, passive: true },
  );
}

const observer = new ResizeObserver(() => {
  if (following) toNewest();
});

function messages(): Element | null {
  return document.querySelector('.messages');
}

function lastId(): string | undefined {
  return [...document.querySelectorAll<HTMLElement>('.messages [data-id]')].at(-1)?.dataset['id'];
}
