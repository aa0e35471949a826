import { svg, type SVGTemplateResult } from 'lit';

/** Line icons, 24 by 24, in the colour of the text; they carry no meaning that is not also written or labelled. */
const paths = {
  hash: 'M9 3 7 21M17 3l-2 18M4 8.5h17M3 15.5h17',
  thread: 'M5 4v7a3 3 0 0 0 3 3h10M14 10l4 4-4 4',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6 6 18',
  bolt: 'M13 3 5 13.5h6L10 21l8-10.5h-6z',
  send: 'M4 4.5 20 12 4 19.5l3-7.5zM7 12h8',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  down: 'M6 9l6 6 6-6',
  external: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  warning: 'M12 4 2.5 20h19zM12 10v5M12 17.2v.6',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  slash: 'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM14.5 7.5l-5 9',
  reply: 'M4 19v-4a6 6 0 0 1 6-6h11',
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${paths[name]}></path></svg>`;
}
