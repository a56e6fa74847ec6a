// The account's settings, its keys for models, its tokens for programs.

import { call, user } from '../api.js';
import { field, fill, h, icon } from '../dom.js';
import { ago, moment, TARGETS } from '../format.js';
import { confirmed, failed, toast } from '../parts/toasts.js';

export async function show(main) {
  const [settings, credentials, tokens] = await Promise.all([
    call('GET', '/api/settings'),
    call('GET', '/api/credentials'),
    call('GET', '/api/tokens').catch(error => {
      if (error.status === 404) return null;
      throw error;
    }),
  ]);
  fill(
    main,
    h('h1', {}, 'Settings'),
    h('div', { class: 'sections' }, defaults(settings), keys(credentials), programs(tokens), who()),
  );
}

/** Each change is stored at once; what was refused goes back to what it was. */
function defaults(settings) {
  const store = async (name, value, control) => {
    try {
      Object.assign(settings, await call('PATCH', '/api/settings', { [name]: value }, { keepalive: true }));
      toast('Stored.', { ms: 2000 });
    } catch (error) {
      failed(error);
      if (control.type === 'checkbox') control.checked = settings[name];
      else control.value = settings[name];
    }
  };
  const choice = (name, label, options, hint, read = String) => {
    const control = h(
      'select',
      { onchange: () => store(name, read(control.value), control) },
      options.map(([value, text]) => h('option', { value, selected: value === settings[name] }, text)),
    );
    return field(label, control, { hint });
  };
  const toggle = (name, label, hint) => {
    const control = h('input', {
      type: 'checkbox',
      role: 'switch',
      checked: settings[name],
      onchange: () => store(name, control.checked, control),
    });
    return h(
      'div',
      { class: 'field' },
      h('label', { class: 'switch' }, control, label),
      h('p', { class: 'hint' }, hint),
    );
  };
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Recordings and prompts'),
    choice(
      'defaultAgent',
      'Agent',
      Object.entries(TARGETS),
      'Whom prompts are written for when a recording does not say.',
    ),
    choice(
      'maxRecordingLength',
      'Longest recording',
      [5, 10, 15, 30].map(n => [n, `${n} minutes`]),
      'The recorder stops by itself, and longer files are refused.',
      Number,
    ),
    toggle('includeScreenshots', 'Screenshots in the prompt', 'Small pictures of the states that tell most.'),
    toggle('inlineAriaTree', 'Accessibility tree in the prompt', 'Roles and names of the first state.'),
    toggle(
      'includeRawDiff',
      'Raw differences in the prompt',
      'Every difference between the trees of the states; long.',
    ),
  );
}

const PROVIDERS = { anthropic: 'Anthropic', openai: 'OpenAI or compatible' };

function keys(credentials) {
  const list = h('ul', { class: 'rows' });
  const draw = () =>
    fill(
      list,
      credentials.map(each =>
        h(
          'li',
          {},
          h(
            'div',
            {},
            h('b', {}, each.label),
            ' ',
            h('code', {}, each.maskedKey),
            h(
              'p',
              { class: 'quiet' },
              [PROVIDERS[each.provider], each.model ?? 'default model', each.baseUrl, ago(each.updatedAt)]
                .filter(Boolean)
                .join(' · '),
            ),
          ),
          h(
            'label',
            { class: 'switch push' },
            h('input', {
              type: 'checkbox',
              role: 'switch',
              checked: each.isActive,
              'aria-label': `Use ${each.label}`,
              onchange: event => use(each, event.target),
            }),
            'In use',
          ),
          h(
            'button',
            { class: 'plain', 'aria-label': `Forget ${each.label}`, onclick: () => forget(each) },
            icon('trash'),
          ),
        ),
      ),
    );

  async function use(credential, control) {
    try {
      Object.assign(
        credential,
        await call('PATCH', `/api/credentials/${credential.id}`, { isActive: control.checked }),
      );
    } catch (error) {
      control.checked = !control.checked;
      failed(error);
    }
  }
  async function forget(credential) {
    if (
      !(await confirmed(
        `Forget ${credential.label}?`,
        'The key is deleted here. At the provider it stays good until you take it back there.',
        'Forget it',
      ))
    )
      return;
    try {
      await call('DELETE', `/api/credentials/${credential.id}`);
      credentials.splice(credentials.indexOf(credential), 1);
      draw();
    } catch (error) {
      failed(error);
    }
  }

  const provider = h(
    'select',
    {},
    Object.entries(PROVIDERS).map(([value, text]) => h('option', { value }, text)),
  );
  const label = h('input', { type: 'text', required: true, maxlength: 100 });
  const apiKey = h('input', { type: 'password', required: true, autocomplete: 'off', maxlength: 1000 });
  const model = h('input', { type: 'text', maxlength: 200 });
  const baseUrl = h('input', { type: 'url', placeholder: 'https://models.example/v1' });
  draw();
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Keys for models'),
    h(
      'p',
      { class: 'quiet' },
      'With a model that sees, frames are understood better. The key is checked, encrypted, and never shown again. Without one, frames are read on the server itself.',
    ),
    list,
    adding(
      'Add a key',
      { provider, label, apiKey, model, baseUrl },
      error => [
        field('Provider', provider),
        field('Label', label, { error: error?.of('label') }),
        field('Key', apiKey, { error: error?.of('apiKey') }),
        field('Model', model, { hint: 'Empty: the provider’s default.', error: error?.of('model') }),
        field('Address', baseUrl, {
          hint: 'Of a server that speaks the same protocol. Empty: the provider’s own.',
          error: error?.of('baseUrl'),
        }),
      ],
      async () => {
        const given = {
          provider: provider.value,
          label: label.value,
          apiKey: apiKey.value,
          ...(model.value && { model: model.value }),
          ...(baseUrl.value && { baseUrl: baseUrl.value }),
        };
        credentials.unshift(await call('POST', '/api/credentials', given));
        draw();
      },
      'Check and store',
    ),
  );
}

function programs(tokens) {
  if (tokens === null)
    return h(
      'section',
      { class: 'card' },
      h('h2', {}, 'Tokens for the API'),
      h('p', {}, 'Your identity provider gives them out; ask it for one.'),
    );
  const list = h('ul', { class: 'rows' });
  const fresh = h('div', { role: 'status' });
  const draw = () =>
    fill(
      list,
      tokens.map(token =>
        h(
          'li',
          {},
          h(
            'div',
            {},
            h('b', {}, token.label),
            h('p', { class: 'quiet' }, `made ${ago(token.createdAt)} · good until ${moment(token.expiresAt)}`),
          ),
          h(
            'button',
            { class: 'plain push', 'aria-label': `Take ${token.label} back`, onclick: () => back(token) },
            icon('trash'),
          ),
        ),
      ),
    );

  async function back(token) {
    if (
      !(await confirmed(
        `Take ${token.label} back?`,
        'Programs that use it are refused from now on.',
        'Take it back',
      ))
    )
      return;
    try {
      await call('DELETE', `/api/tokens/${token.id}`);
      tokens.splice(tokens.indexOf(token), 1);
      fill(fresh);
      draw();
    } catch (error) {
      failed(error);
    }
  }

  const label = h('input', { type: 'text', required: true, maxlength: 100 });
  const days = h(
    'select',
    {},
    [7, 30, 90, 365].map(n => h('option', { value: n, selected: n === 90 }, `${n} days`)),
  );
  draw();
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Tokens for the API'),
    h('p', { class: 'quiet' }, 'For scripts and CI: ', h('a', { href: '/api/docs' }, 'what the API can do'), '.'),
    list,
    fresh,
    adding(
      'Make a token',
      { label },
      error => [field('What for', label, { error: error?.of('label') }), field('Good for', days)],
      async () => {
        const { token, ...rest } = await call('POST', '/api/tokens', {
          label: label.value,
          days: Number(days.value),
        });
        tokens.unshift(rest);
        draw();
        const copy = h(
          'button',
          {
            onclick: () =>
              navigator.clipboard.writeText(token).then(
                () => toast('Copied.'),
                () => toast('Select it and press Ctrl+C.'),
              ),
          },
          icon('copy'),
          'Copy',
        );
        fill(
          fresh,
          h(
            'div',
            { class: 'said' },
            h('p', {}, 'Here it is, for this once:'),
            h('code', { class: 'token' }, token),
            copy,
          ),
        );
      },
      'Make it',
    ),
  );
}

/** A form behind a summary; `fields(error)` draws it, `send()` raises what the server refused. */
function adding(title, controls, fields, send, button) {
  const inside = h('div', {});
  const submit = h('button', { class: 'primary', type: 'submit' }, button);
  const draw = (error = null) => {
    for (const control of Object.values(controls)) {
      control.removeAttribute('aria-invalid');
      control.removeAttribute('aria-describedby');
    }
    fill(
      inside,
      error && !error.errors.length ? h('p', { class: 'error', role: 'alert' }, error.message) : null,
      fields(error),
    );
  };
  const box = h(
    'details',
    {},
    h('summary', {}, title),
    h(
      'form',
      {
        onsubmit: async event => {
          event.preventDefault();
          submit.disabled = true;
          try {
            await send();
            event.target.reset();
            draw();
            box.open = false;
          } catch (error) {
            draw(error);
            (inside.querySelector('[aria-invalid]') ?? submit).focus();
          }
          submit.disabled = false;
        },
      },
      inside,
      submit,
    ),
  );
  draw();
  return box;
}

function who() {
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, 'Account'),
    h(
      'dl',
      { class: 'facts' },
      h('dt', {}, 'Name'),
      h('dd', {}, user.name),
      h('dt', {}, 'E-mail'),
      h('dd', {}, user.email ?? 'none'),
      h('dt', {}, 'Id'),
      h('dd', {}, h('code', {}, user.id)),
    ),
  );
}
