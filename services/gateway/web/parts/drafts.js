// A recording that was not handed in yet, kept in this browser (IndexedDB), so that a reload or a crash costs nothing.
// One draft for each person who signs in here: its pieces as the recorder wrote them, and what was said about it.

import { user } from '../api.js';

function database() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(`scope-drafts-${user.id}`, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('pieces', { autoIncrement: true });
      asked.result.createObjectStore('about');
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within(stores, mode, work) {
  const open = await database();
  try {
    return await new Promise((done, failed) => {
      const transaction = open.transaction(stores, mode);
      const result = work(transaction);
      transaction.oncomplete = () => done(result?.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    open.close();
  }
}

/** Begin a new draft; what was there before is gone. */
export async function begin(about) {
  await within(['pieces', 'about'], 'readwrite', transaction => {
    transaction.objectStore('pieces').clear();
    transaction.objectStore('about').put(about, 'draft');
  });
}

export const add = piece =>
  within(['pieces'], 'readwrite', transaction => transaction.objectStore('pieces').add(piece));

export const describe = about =>
  within(['about'], 'readwrite', transaction => transaction.objectStore('about').put(about, 'draft'));

/** `{ about, blob }` of what is kept, or null. */
export async function kept() {
  const about = await within(['about'], 'readonly', transaction => transaction.objectStore('about').get('draft'));
  if (!about) return null;
  const pieces = await within(['pieces'], 'readonly', transaction => transaction.objectStore('pieces').getAll());
  return pieces.length ? { about, blob: new Blob(pieces, { type: about.type }) } : null;
}

export async function forget() {
  await within(['pieces', 'about'], 'readwrite', transaction => {
    transaction.objectStore('pieces').clear();
    transaction.objectStore('about').clear();
  });
}
