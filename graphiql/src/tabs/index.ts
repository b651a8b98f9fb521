/**
 * The tabs that a newcomer finds: the demo's speak of its cast, all others of no one. The page runs queries by itself when the
 * identity changes, and never a mutation or a live operation.
 */
import { config } from '../config';
import { actions, customers, grants, live, log, offersAndRoles, requests, subscriptions, whoAmI } from './questions';
import { contosoShared, relationship } from './walk';

export type { Tab } from './tab';
export { walk } from './walk';

const others = [subscriptions, actions, grants, requests, offersAndRoles, log, live];

export const tabs = config.demo
  ? [whoAmI, customers, contosoShared, ...others, ...relationship]
  : [whoAmI, customers, ...others];
