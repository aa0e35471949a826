/** Where the messages stand: the newest stays in sight for who was looking at it, and nobody else is moved. */

const nearPx = 60;

interface Place {
  readonly channel: string;
  readonly atEnd: boolean;
  readonly last: string | undefined;
  readonly focused: string | undefined;
}

/** Read before the page is drawn. */
export function readPlace(channel: string): Place {
  const list = document.querySelector('.messages');
  const atEnd = list === null || list.scrollHeight - list.scrollTop - list.clientHeight < nearPx;
  const focused = document.activeElement?.closest<HTMLElement>('.messages [data-id]')?.dataset['id'];
  return { channel, atEnd, last: lastId(list), focused };
}

/** Put back after it is drawn. A focused button that an edit took away leaves the focus on its message. */
export function restorePlace(before: Place, channel: string): void {
  const list = document.querySelector('.messages');
  if (list === null) return;
  const moved = before.channel !== channel;
  if (before.atEnd || moved) list.scrollTop = list.scrollHeight;
  const button = document.querySelector<HTMLElement>('.to-newest');
  if (button !== null && !before.atEnd && !moved && lastId(list) !== before.last) button.hidden = false;
  if (moved && button !== null) button.hidden = true;
  if (before.focused !== undefined && document.activeElement === document.body)
    document.querySelector<HTMLElement>(`[data-id="${before.focused}"]`)?.focus();
}

/** Keeps the newest in sight while pictures load, and hides the button once it is reached. */
export function followScroll(): void {
  document.addEventListener('scroll', hideAtEnd, { capture: true, passive: true });
  document.addEventListener(
    'load',
    (event) => {
      const list = document.querySelector('.messages');
      if (list === null || !(event.target instanceof HTMLImageElement) || !list.contains(event.target)) return;
      if (list.scrollHeight - list.scrollTop - list.clientHeight < event.target.height + nearPx) list.scrollTop = list.scrollHeight;
    },
    { capture: true },
  );
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('.to-newest') === null) return;
    const list = document.querySelector('.messages');
    if (list !== null) list.scrollTop = list.scrollHeight;
  });
}

function hideAtEnd(event: Event): void {
  const list = event.target;
  const button = document.querySelector<HTMLElement>('.to-newest');
  if (!(list instanceof Element) || !list.matches('.messages') || button === null) return;
  if (list.scrollHeight - list.scrollTop - list.clientHeight < nearPx) button.hidden = true;
}

function lastId(list: Element | null): string | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('[data-id]') ?? [])].at(-1)?.dataset['id'];
}
