import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PageState } from './page-state.ts';

export const StateContext = createContext<PageState | undefined>(undefined);

export function usePageState(): PageState {
  const state = useContext(StateContext);
  if (state === undefined) throw new Error('There is no StateContext above this component.');
  return state;
}
