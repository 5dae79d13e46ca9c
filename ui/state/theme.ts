import { computed, signal } from '@preact/signals';
import { readColours } from '../draw/colours.ts';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'httptrace-theme';

/** Grows when colours have changed. */
const themeVersion = signal(0);
/** What canvases are drawn with, and again when it has changed; read once a theme, since the browser lays out the page for it. */
export const colours = computed(() => {
  void themeVersion.value;
  return readColours();
});
export const theme = signal<Theme>('auto');

export function startTheme(): void {
  setTheme(stored());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeVersion.value++);
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  // The style sheet has rules for it: where the build has replaced light-dark(), a style set from here would change nothing.
  document.documentElement.dataset.theme = chosen;
  themeVersion.value++;
  try {
    if (chosen === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // Browsers can forbid storage to files; then the choice lasts as long as the page.
  }
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}
