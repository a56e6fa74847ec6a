// What the server says about each part of the work.

import { fill, h, icon } from '../dom.js';

const LANES = [
  ['frameExtraction', 'States', 'Finding the moments at which the page came to rest'],
  ['visionLane', 'Pixels', 'Reading elements and texts in the frames'],
  ['playwrightLane', 'Live page', 'Opening the page for roles, names and locators'],
  ['synthesis', 'Prompt', 'Writing down what both agree on'],
];
const WORDS = { pending: 'waits', running: 'in work', complete: 'done', error: 'failed' };
const ICONS = { pending: 'wait', running: 'wait', complete: 'check', error: 'warn' };

export function lanes(status) {
  const list = h('ol', { class: 'lanes' });
  const headline = h('p', { class: 'headline', role: 'status' });
  const element = h('div', {}, headline, list);
  const STAGES = {
    uploading: 'Taking in the recording',
    extracting: 'Looking at the video',
    analyzing: 'Reading what it shows',
    synthesizing: 'Writing the prompt',
    persisting: 'Storing it',
    complete: 'Done',
    error: 'It failed',
  };

  function update(now) {
    const text = STAGES[now.overallStage];
    if (headline.textContent !== text) headline.textContent = text; // said aloud once, not at every count
    fill(
      list,
      LANES.map(([name, label, about]) => lane(now[name], label, about)),
    );
  }

  function lane(state, label, about) {
    const took =
      state.completedAt && state.startedAt
        ? `${((new Date(state.completedAt) - new Date(state.startedAt)) / 1000).toFixed(1)} s`
        : null;
    return h(
      'li',
      { class: `lane ${state.status}` },
      icon(ICONS[state.status]),
      h(
        'div',
        {},
        h('b', {}, label),
        ' ',
        h('span', { class: 'quiet' }, WORDS[state.status]),
        h('p', {}, state.error ?? state.detail ?? about),
      ),
      took && h('span', { class: 'quiet push' }, took),
    );
  }

  update(status);
  return { element, update };
}
