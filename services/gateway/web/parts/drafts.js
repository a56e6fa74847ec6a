// A recording that was not handed in yet, kept in this browser (IndexedDB), so that a reload or a crash costs nothing.
// One draft for each person who signs in here: its pieces as the recorder wrote them, and what was said about it.

/** The draft of a person, for the one tab that has it; for others a draft that keeps nothing. Given back with `signal`. */
export async function draftOf(owner, signal) {
  const name = `scope-drafts-${owner}`;
  return (await held(name, signal)) ? draft(name) : NOTHING;
}

const PATIENCE_MS = 1000;

const NOTHING = {
  keeps: false,
  begin: async () => null,
  add: async () => null,
  describe: async () => null,
  kept: async () => null,
  forget: async () => null,
};

/** Whether this tab is the one that holds a name from now on, until `signal`. */
function held(name, signal) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise(done => {
    navigator.locks
      // A moment of patience: after a reload the page before may not have let go yet.
      .request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
        done(true);
        return new Promise(end => signal.addEventListener('abort', end, { once: true }));
      })
      .catch(() => done(false));
  });
}

function draft(name) {
  const both = ['pieces', 'about'];
  return {
    keeps: true,
    /** Begin a new one; what was there before is gone. */
    begin: about =>
      within(name, both, 'readwrite', transaction => {
        transaction.objectStore('pieces').clear();
        transaction.objectStore('about').put(about, 'draft');
      }),
    add: piece =>
      within(name, ['pieces'], 'readwrite', transaction => transaction.objectStore('pieces').add(piece)),
    describe: about =>
      within(name, ['about'], 'readwrite', transaction => transaction.objectStore('about').put(about, 'draft')),
    /** `{ about, blob }` of what is kept, or null. */
    async kept() {
      const about = await within(name, ['about'], 'readonly', it => it.objectStore('about').get('draft'));
      if (!about) return null;
      const pieces = await within(name, ['pieces'], 'readonly', it => it.objectStore('pieces').getAll());
      return pieces.length ? { about, blob: new Blob(pieces, { type: about.type }) } : null;
    },
    forget: () =>
      within(name, both, 'readwrite', transaction => {
        transaction.objectStore('pieces').clear();
        transaction.objectStore('about').clear();
      }),
  };
}

function database(name) {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('pieces', { autoIncrement: true });
      asked.result.createObjectStore('about');
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within(name, stores, mode, work) {
  const open = await database(name);
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
