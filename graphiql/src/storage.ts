/**
 * What the page remembers between visits: its tabs and panes, never a token.
 *
 * Tabs that someone changed are theirs and stay. Tabs left as they were shipped follow the shipped ones, so that a new
 * release neither keeps stale examples nor doubles them.
 */
import { tabs, type Tab } from './tabs';

// Other pages of this host may be a GraphiQL too; its keys must not become our tabs.
const PREFIX = 'copartner:';
const SHIPPED = `${PREFIX}shipped-tabs`;
const OPEN = `${PREFIX}graphiql:tabState`;

// How the panes share the window, until someone moves their borders.
const sizes: Record<string, string> = { 'graphiql:editorFlex': '1.15', 'graphiql:secondaryEditorFlex': '1.2' };

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}graphiql:`));

let cleared = false;

export const storage: Storage = {
  getItem: (key) => localStorage.getItem(PREFIX + key) ?? sizes[key] ?? null,
  setItem: (key, value) => {
    if (!cleared) localStorage.setItem(PREFIX + key, value);
  },
  removeItem: (key) => localStorage.removeItem(PREFIX + key),
  /** "Remove all locally stored data and start fresh": the page that is open holds it too, and would write it down again. */
  clear: () => {
    cleared = true;
    [...keys(), SHIPPED].forEach((key) => localStorage.removeItem(key));
    sessionStorage.clear();
    location.reload();
  },
  key: (index) => keys()[index] ?? null,
  get length() {
    return keys().length;
  },
};

/** Where the visitor left off; call it once, before GraphiQL reads its storage. */
export function openTabs(): { defaultTabs: Tab[]; first: Tab } {
  const shipped = JSON.stringify(tabs);
  const before = localStorage.getItem(SHIPPED);
  const { open, active } = readOpen();
  if (before === shipped && open.length > 0) return { defaultTabs: tabs, first: open[active] ?? open[0]! };

  const untouched = new Set((JSON.parse(before ?? '[]') as Tab[]).map(content));
  const own = open.filter((tab) => !untouched.has(content(tab)));
  const defaultTabs = [...tabs, ...own];
  localStorage.setItem(SHIPPED, shipped);
  localStorage.removeItem(OPEN);
  return { defaultTabs, first: defaultTabs[0]! };
}

function readOpen(): { open: Tab[]; active: number } {
  try {
    const state = JSON.parse(localStorage.getItem(OPEN)!);
    const open = state.tabs.map(({ query, variables }: Tab) => ({ query: query ?? '', variables: variables ?? '' }));
    return { open, active: state.activeTabIndex };
  } catch {
    return { open: [], active: 0 };
  }
}

const content = ({ query, variables }: Tab) => JSON.stringify([query, variables ?? '']);
