// Deleting a session, with a while to take it back.

import { call } from '../api.js';
import { undoable } from './toasts.js';

const leaving = new Set(); // ids of sessions that are shown nowhere, though the server has them still

export const isLeaving = session => leaving.has(session.id);

/** `back(wanted)` is called when it stays after all: because somebody wanted it, or because the server refused. */
export function away(session, back) {
  leaving.add(session.id);
  const stays = wanted => {
    leaving.delete(session.id);
    back(wanted);
  };
  undoable(
    `“${session.title}” was deleted.`,
    async options => {
      await call('DELETE', `/api/sessions/${session.id}`, undefined, options);
      leaving.delete(session.id);
    },
    () => stays(true),
    () => stays(false),
  );
}

/** Draw the list anew, if it is what is shown: it has a session again that it was drawn without. */
export function listAnew() {
  if (/^#?\/?$/.test(location.hash)) dispatchEvent(new Event('hashchange'));
}
