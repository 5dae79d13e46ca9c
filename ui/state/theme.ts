import { signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'httptrace-theme';

/** Grows when colours have changed: what is on a canvas must be drawn again. */
export const themeVersion = signal(0);
export const theme = signal<Theme>('auto');

export function startTheme(): void {
  setTheme(stored());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeVersion.value++);
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.style.colorScheme = chosen === 'auto' ? 'light dark' : chosen;
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
