/** Shapes of the icons, each in a box of 16 by 16. */
export const PATHS = {
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 4v4l2.6 1.8M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z',
  skip: 'M3.5 8h9',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  warn: 'M8 2L1.6 13.4h12.8zM8 6.4v3.2M8 11.4v.2',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.4v3.6M8 5v.2',
  arrow: 'M2.5 8h10M9 4.5L12.5 8 9 11.5',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4L14 14',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  home: 'M2.5 8L8 3l5.5 5M4 7v6h8V7',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.2M2.5 8h.2M2.5 12h.2',
  shield: 'M8 1.8l5 2v4c0 3.2-2.2 5.4-5 6.4-2.8-1-5-3.2-5-6.4v-4zM5.8 8l1.6 1.6 2.8-3',
  swap: 'M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13',
  logo: 'M2 2.5h7v7H2zM7 6.5h7v7H7z',
} as const;

export type IconName = keyof typeof PATHS;

/** Meaning of a sign, expressed by both its colour and its shape. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet' | 'warn';
