// The dashboard: reads the admin API, then follows /admin/events. No library, no build step.
'use strict';

const $ = id => document.getElementById(id);
const MAX_REQUESTS = 500;
const SHOWN_REQUESTS = 40;
const SHOWN_FAILURES = 60;
const SPARK_POINTS = 60;
let requests = [];
/** What the table shows: the newest requests, those that were found, or those of the moment when a row was opened. */
let listed = [];
/** What a search has found; null where nothing is searched for. */
let found = null;
let stale = true;
/** Ids of requests whose stages are shown. */
const shown = new Set();

/** An element with attributes and children; texts are never read as HTML. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function count(value) {
  for (const [size, unit] of [[1e9, 'G'], [1e6, 'M'], [1e4, 'k']]) {
    if (value >= size) return (value / (unit === 'k' ? 1e3 : size)).toFixed(value >= 10 * size ? 0 : 1) + unit;
  }
  return String(value);
}

function ms(value) {
  if (value >= 10000) return (value / 1000).toFixed(1) + ' s';
  if (value >= 100) return value.toFixed(0) + ' ms';
  return (value >= 1 ? value.toFixed(1) : value.toFixed(2)) + ' ms';
}

const share = (part, whole) => whole ? (100 * part / whole).toFixed(part && part < whole / 10 ? 1 : 0) + ' %' : '–';
const dollars = value => '$' + (value === 0 ? '0' : value < 0.01 ? value.toFixed(5) : value < 10 ? value.toFixed(3) : value.toFixed(2));
/** Sums of money in a column: two digits, so that they line up; what would be nothing by that is shown as it is. */
const cents = value => value !== 0 && value < 0.01 ? dollars(value) : '$' + value.toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
const clockTime = text => new Date(text).toLocaleTimeString([], {hour12: false});
const words = text => text.replaceAll('_', ' ');

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

async function api(path, options = {}) {
  const response = await fetch(path, options);
  if (response.status === 401) {
    showLogin();
    throw new Error('a token is needed');
  }
  const text = await response.text();
  if (!response.ok) {
    let message = response.status + ' ' + response.statusText;
    try { message = JSON.parse(text).error.message; } catch { /* not ours; the status tells */ }
    throw new Error(message);
  }
  return JSON.parse(text);
}

function showLogin() {
  $('main').hidden = true;
  $('login').hidden = false;
  $('token').focus();
}

$('login').addEventListener('submit', async event => {
  event.preventDefault();
  const response = await fetch('admin/login', {method: 'POST', body: $('token').value});
  if (response.ok) {
    $('login').hidden = true;
    $('token').value = '';
    start();
  } else {
    $('login-error').textContent = 'That is not the token.';
  }
});

function linkState(text, kind) {
  $('link').textContent = text;
  $('link').className = 'pill ' + kind;
}

function drawTraffic(history) {
  const width = 720, height = 96, base = height - 1, wide = width / history.requests.length;
  const top = Math.max(4, ...history.requests), peak = Math.max(...history.requests);
  const bars = history.requests.flatMap((value, i) => {
    const x = (i * wide).toFixed(1), w = (wide - 1).toFixed(1), errors = history.errors[i], refused = history.refused[i];
    const rect = (from, size, fill) => svg('rect', {x, y: (base - (from + size) / top * (base - 4)).toFixed(1), width: w,
      height: Math.max(size / top * (base - 4), 1).toFixed(1), fill: `var(--${fill})`});
    const good = value - errors - refused;
    return [...good > 0 ? [rect(errors + refused, good, 'bar')] : [], ...refused > 0 ? [rect(errors, refused, 'warn')] : [],
      ...errors > 0 ? [rect(0, errors, 'bad')] : []];
  });
  $('traffic').replaceChildren(svg('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none'},
    svg('line', {x1: 0, y1: base, x2: width, y2: base, stroke: 'var(--line)'}), ...bars));
  $('peak').textContent = peak ? `highest ${(peak / history.step_seconds).toFixed(1)}/s` : 'nothing in the last 10 minutes';
  const all = history.requests.reduce((a, b) => a + b, 0), bad = history.errors.reduce((a, b) => a + b, 0);
  const refused = history.refused.reduce((a, b) => a + b, 0);
  $('refused-share').textContent = refused ? `${share(refused, all)} refused: clients' own fault` : '';
  $('error-share').textContent = share(bad, all);
  $('error-share').className = bad ? 'bad' : '';
  const minute = history.requests.slice(-13, -1).reduce((a, b) => a + b, 0);
  $('rate').textContent = (minute / (12 * history.step_seconds)).toFixed(1);
}

function sparkline(title, values) {
  const box = el('div', {class: 'spark'}, el('span', {}, title));
  if (values.length === 0) {
    box.append(el('span', {}, 'no data'));
    return box;
  }
  box.append(el('span', {}, 'p50 ', el('b', {}, ms(percentile(values, 0.5))), '  p99 ', el('b', {}, ms(percentile(values, 0.99)))));
  const shown = values.slice(-SPARK_POINTS), top = Math.max(...shown) || 1;
  const points = shown.map((v, i) => `${(i * 200 / Math.max(1, shown.length - 1)).toFixed(1)},${(28 - v / top * 26).toFixed(1)}`);
  box.append(svg('svg', {viewBox: '0 0 200 30', preserveAspectRatio: 'none', role: 'img', 'aria-label': title},
    svg('polyline', {points: points.join(' '), fill: 'none', stroke: 'var(--accent)', 'stroke-width': 1.5,
      'vector-effect': 'non-scaling-stroke'})));
  return box;
}

const STATE_KIND = {ready: 'good', full: 'warn', model_cooling_down: 'warn', cooling_down: 'warn',
  breaker_open: 'bad', unauthorized: 'bad', disabled: ''};

/** Cards are made once per account and filled anew, so that the focus stays on a button while numbers change. */
function drawAccounts(accounts) {
  $('no-accounts').hidden = accounts.length > 0;
  const wanted = new Set(accounts.map(account => account.name));
  for (const card of [...$('accounts').children]) if (!wanted.has(card.dataset.name)) card.remove();
  for (const account of accounts) {
    let card = [...$('accounts').children].find(one => one.dataset.name === account.name);
    if (!card) {
      const button = control => el('button', {type: 'button', 'data-control': control,
        'aria-label': `${control} ${account.name}`, onclick: () => steer(account.name, control)}, control);
      card = el('article', {class: 'card'}, el('div', {class: 'facts'}), el('div', {class: 'sparks'}),
        el('div', {class: 'buttons'}, button('enable'), button('disable'), button('cool'), button('reset')));
      card.dataset.name = account.name;
      $('accounts').append(card);
    }
    const rest = account.cooling_ms > 0 ? ` ${Math.ceil(account.cooling_ms / 1000)} s` : '';
    const fill = el('i');
    fill.style.width = Math.min(100, 100 * account.in_flight / account.concurrency) + '%';
    card.querySelector('.facts').replaceChildren(
      el('h3', {}, account.name, el('span', {class: 'pill state ' + STATE_KIND[account.state]}, words(account.state) + rest)),
      el('div', {}, `${account.in_flight} of ${account.concurrency} slots`,
        el('span', {class: 'time'}, ` · ${count(account.succeeded)} good, ${count(account.failed)} failed · errors ${share(account.error_ewma, 1)}`)),
      ...account.resting_models.length ? [el('div', {class: 'time'}, 'rests for ' + account.resting_models.map(
        resting => `${resting.model} ${Math.ceil(resting.rest_ms / 1000)} s`).join(', '))] : [],
      el('div', {class: 'slots'}, fill));
    if (stale) {
      const mine = requests.filter(request => request.account === account.name).reverse();
      card.querySelector('.sparks').replaceChildren(
        sparkline('first output', mine.filter(r => r.first_output_ms > 0).map(r => r.first_output_ms)),
        sparkline('work before the call', mine.filter(r => r.attempts > 0).map(r => r.added_ms)));
    }
    card.querySelector('[data-control=enable]').hidden = account.state !== 'disabled';
    card.querySelector('[data-control=disable]').hidden = account.state === 'disabled';
  }
}

async function steer(name, control) {
  try {
    await api(`admin/accounts/${encodeURIComponent(name)}/${control}`, {method: 'POST'});
    const overview = await api('admin/overview');
    draw(overview);
    const next = {enable: 'disable', disable: 'enable'}[control];
    const card = [...$('accounts').children].find(one => one.dataset.name === name);
    if (next && card) card.querySelector(`[data-control=${next}]`).focus();
  } catch (error) {
    linkState(error.message, 'bad');
  }
}

/** What the gateway adds by its own probes: the median, and between what its p99 lies. */
function drawAdded(added) {
  const measured = added.state === 'measured';
  $('added').textContent = measured ? ms(added.p50_ms) : '–';
  const bounded = added.p99_low_ms !== null && added.p99_high_ms !== null;
  $('added-detail').textContent = measured ? (bounded ? `p99 ${added.p99_low_ms.toFixed(2)} to ${ms(added.p99_high_ms)}`
    : `p99 about ${ms(added.p99_ms)}`) + `; ${ms(added.through_p50_ms)} instead of ${ms(added.direct_p50_ms)}`
    : added.state === 'off' ? 'off: server.admin.probe' : 'measuring';
}

function drawTotals(totals) {
  $('sticky-share').textContent = share(totals.sticky, totals.chosen);
  $('failovers').textContent = count(totals.failovers);
  $('tokens').textContent = count(totals.input_tokens + totals.output_tokens);
  $('tokens-detail').textContent = totals.input_tokens ? `${count(totals.input_tokens)} in, `
    + `${share(totals.cached_tokens, totals.input_tokens)} of it cached; ${count(totals.output_tokens)} out` : '';
  const priced = totals.cost_usd > 0 || totals.unpriced_requests === 0;
  $('cost').textContent = priced ? dollars(totals.cost_usd) : '–';
  $('cost-detail').textContent = totals.unpriced_requests ? `and ${count(totals.unpriced_requests)} requests without a price` : '';
}

/** What is wrong with the process itself, or that nothing is. */
function drawCondition(condition) {
  const fact = (name, kind, text) => el('div', {}, el('dt', {}, name), el('dd', {class: kind}, text));
  const left = end => (new Date(end) - Date.now()) / 86400000;
  const certificate = one => fact(`certificate, ${one.port} port`, left(one.ends) < 2 ? 'bad' : left(one.ends) < 14 ? 'warn' : 'good',
    left(one.ends) < 0 ? 'has ended: clients refuse it' : `ends in ${until(one.ends)}`);
  $('condition').replaceChildren(
    fact('data port', condition.listening ? 'good' : 'bad', condition.listening ? 'takes connections' : 'takes no connections'),
    fact('configuration', condition.reload_refused ? 'bad' : 'good',
      condition.reload_refused ? 'the file is wrong; a former one is in force' : 'the file is in force'),
    ...condition.certificates.map(certificate),
    ...condition.slow_accounts.map(slow => fact(`account ${slow.account}`, slow.took_ms > 3 * slow.others_took_ms ? 'bad' : 'warn',
      `slow for ${slow.model}: ${ms(slow.took_ms)}, others ${ms(slow.others_took_ms)}`)),
    fact('ledger', condition.usage_lost_records ? 'bad' : 'good',
      condition.usage_lost_records ? `${count(condition.usage_lost_records)} records not written` : 'nothing lost'),
    fact('log', condition.log_lost_lines ? 'bad' : 'good',
      condition.log_lost_lines ? `${count(condition.log_lost_lines)} lines lost` : 'nothing lost'),
    fact('version', '', condition.version));
}

function term(decision) {
  const rows = decision.candidates.map(candidate => el('tr', {}, el('td', {}, candidate.account),
    ...candidate.ruled_out ? [el('td', {colspan: 6, class: 'time'}, words(candidate.ruled_out))]
      : [candidate.score, ...['priority', 'load', 'queue', 'errors', 'first_output'].map(t => candidate.terms[t])]
        .map(value => el('td', {class: 'n'}, value.toFixed(2)))));
  const parts = [];
  if (rows.length) {
    const head = ['account', 'score', 'priority', 'load', 'queue', 'errors', 'first output'];
    parts.push(el('div', {class: 'scroll'}, el('table', {}, el('thead', {}, el('tr', {},
      ...head.map((text, i) => el('th', i ? {class: 'n'} : {}, text)))), el('tbody', {}, ...rows))));
  } else {
    parts.push(el('p', {class: 'empty'}, 'Terms are recorded for up to twenty decisions a second; this one has none.'));
  }
  if (decision.stickiness) {
    const price = decision.stickiness;
    parts.push(el('p', {}, `Session of ${price.account}: staying costs ${ms(price.stay_ms)}, leaving ${ms(price.leave_ms)}; `
      + (price.left ? 'left' : 'stayed') + (price.reason ? ` (${price.reason})` : '')));
  }
  return parts;
}

function drawDecisions(decisions) {
  $('no-decisions').hidden = decisions.length > 0;
  const held = $('decisions').querySelector('details[open]') !== null;
  $('decisions-note').textContent = held ? 'held while one is open' : '';
  if (held) return;
  const focused = document.activeElement.closest ? document.activeElement.closest('details') : null;
  const focusKey = focused ? focused.dataset.key : '';
  $('decisions').replaceChildren(...decisions.map((decision, i) => {
    const key = decision.time + decision.session + decision.account + i;
    const made = el('details', {}, el('summary', {},
      el('span', {class: 'time'}, clockTime(decision.time) + ' '), el('b', decision.account ? {} : {class: 'bad'}, decision.account || 'no account'),
      decision.account ? ` by ${words(decision.layer)}` : '', decision.model ? ` for ${decision.model}` : '',
      decision.waited_ms >= 1 ? `, waited ${ms(decision.waited_ms)}` : ''), ...term(decision));
    made.dataset.key = key;
    return made;
  }));
  if (focusKey) {
    const again = [...$('decisions').children].find(one => one.dataset.key === focusKey);
    if (again) again.querySelector('summary').focus();
  }
}

/** To the page that tells the whole story of a request. */
const link = (request, text = request.id) => el('a', {href: `#request/${encodeURIComponent(request.id)}`, class: 'story'}, text);

const KIND = {good: '', refused: 'warn', failed: 'bad'};

function toggle(id) {
  if (!shown.delete(id)) shown.add(id);
  drawTable();
}

/** Where the time of one request went, as a bar and in words. */
function stages(request) {
  const parts = Object.entries(request.stages_ms).filter(([, value]) => value > 0);
  const bar = el('div', {class: 'bar', 'aria-hidden': 'true'});
  const words = parts.map(([name, value]) => {
    const piece = el('i', {class: 'stage-' + name});
    piece.style.flexGrow = value;
    bar.append(piece);
    return el('span', {}, el('i', {class: 'stage-' + name}), ` ${name} ${ms(value)}`);
  });
  return [bar, el('div', {class: 'legend'}, ...words), el('div', {class: 'time'}, link(request), ` · ${request.route}`
    + (request.stream ? ` · ${request.events} events in ${request.flushes} writes` : '')
    + (request.upstream_model && request.upstream_model !== request.model ? ` · asked as ${request.upstream_model}` : ''))];
}

function drawClients(clients) {
  const of = (value, limit) => limit ? `${count(value)} of ${count(limit)}` : count(value);
  $('clients').replaceChildren(...clients.map(client => el('tr', {}, el('td', {}, client.name),
    ...[of(client.in_flight, client.concurrency), of(client.requests_this_minute, client.requests_per_minute),
      of(client.tokens_this_minute, client.tokens_per_minute), count(client.tokens_in_all)]
      .map(text => el('td', {class: 'n'}, text)),
    ...[[client.spent_today_usd, client.budget_day_usd], [client.spent_this_month_usd, client.budget_month_usd]]
      .map(([spent, budget]) => el('td', {class: 'n ' + (budget && spent >= 0.8 * budget ? urgency(spent / budget) : '')},
        cents(spent) + (budget ? ` of ${cents(budget)}` : ''))))));
}

function drawTable() {
  if (shown.size === 0) listed = (found || requests).slice(0, SHOWN_REQUESTS);
  $('no-requests').hidden = found !== null || listed.length > 0;
  $('none-found').hidden = found === null || listed.length > 0;
  $('requests-note').textContent = found ? `${found.length} found` : shown.size ? 'held while one is open' : 'a time shows where the time went';
  const focused = document.activeElement.dataset ? document.activeElement.dataset.request : '';
  $('requests').replaceChildren(...listed.flatMap(request => [el('tr', {},
    el('td', {}, el('button', {type: 'button', class: 'plainly', 'data-request': request.id,
      'aria-expanded': String(shown.has(request.id)), onclick: () => toggle(request.id)}, clockTime(request.time))),
    el('td', {class: KIND[request.ending]}, request.status + (request.error ? ' ' + request.error : '')),
    el('td', {}, request.client), el('td', {}, request.model), el('td', {}, request.account
      + (request.attempts > 1 ? ` (${request.attempts} attempts)` : '')),
    el('td', {class: 'n'}, request.first_output_ms ? ms(request.first_output_ms) : ''), el('td', {class: 'n'}, ms(request.total_ms)),
    el('td', {class: 'n'}, request.attempts ? ms(request.added_ms) : ''),
    el('td', {class: 'n'}, `${count(request.tokens.input)} / ${count(request.tokens.output)}${request.tokens.estimated ? ' ~' : ''}`),
    el('td', {class: 'n'}, request.cost_usd === null ? 'no price' : dollars(request.cost_usd))),
    ...shown.has(request.id) ? [el('tr', {}, el('td', {colspan: 10, class: 'stages'}, ...stages(request)))] : []]));
  if (focused) {
    const again = $('requests').querySelector(`[data-request="${CSS.escape(focused)}"]`);
    if (again) again.focus({preventScroll: true});
  }
}

function drawFailures() {
  const failures = requests.flatMap(request => [
    ...request.failures.map(failure => [request, `${failure.account}: ${words(failure.reason)}`]),
    ...request.error && request.failures.length === 0 ? [[request, words(request.error)]] : []]);
  $('no-failures').hidden = failures.length > 0;
  $('failures').replaceChildren(...failures.slice(0, SHOWN_FAILURES).map(([request, what]) => el('li', {},
    el('span', {class: 'time'}, link(request, clockTime(request.time)), ' ', el('b', {}, request.client || 'nobody known'), ' '),
    el('b', {class: request.ending === 'failed' ? 'bad' : 'warn'}, what),
    request.ending === 'good' ? `, then answered by ${request.account}` : `, ${request.ending === 'refused' ? 'refused by' : 'answered'} ${request.status} ${request.error}`,
    request.detail ? el('div', {class: 'time'}, request.detail) : '')));
}

function draw(overview) {
  latest = overview;
  $('draining').hidden = !overview.draining;
  if (page === 'request') return;
  if (page === 'money') {
    api('admin/money').then(money => drawMoney(money, overview.accounts)).catch(() => { });
    return;
  }
  if (page === 'keys') {
    if (stale) api('admin/clients').then(answer => drawKeys(answer.clients)).catch(() => { });
    stale = false;
    return;
  }
  $('in-flight').textContent = overview.in_flight;
  $('open-streams').textContent = overview.open_streams;
  drawTraffic(overview.history);
  drawAdded(overview.added);
  drawTotals(overview.totals);
  drawCondition(overview.condition);
  drawAccounts(overview.accounts);
  if (stale) {
    stale = false;
    search();
    drawFailures();
    api('admin/clients').then(answer => drawClients(answer.clients)).catch(() => { });
    api('admin/decisions?limit=30').then(answer => drawDecisions(answer.decisions)).catch(() => { });
  }
}

/** Asks for what the words of the search find; the gateway knows more requests than this page. */
async function search() {
  const words = $('find').value.trim();
  if (!words) {
    found = null;
  } else {
    try {
      const answer = await api(`admin/requests?limit=1000&find=${encodeURIComponent(words)}`);
      if ($('find').value.trim() !== words) return;
      found = answer.requests;
    } catch (error) {
      linkState(error.message, 'bad');
      return;
    }
  }
  drawTable();
}

$('find').addEventListener('input', () => {
  shown.clear();
  search();
});
$('search').addEventListener('submit', event => event.preventDefault());

/** The story of one request: what was asked, where its time went, each account's turn. */
async function drawStory(id) {
  $('request-id').textContent = id;
  $('request-fault').textContent = '';
  for (const part of ['request-facts', 'request-stages', 'tries']) $(part).replaceChildren();
  $('no-tries').hidden = true;
  let story;
  try {
    story = await api('admin/requests/' + encodeURIComponent(id));
  } catch (error) {
    $('request-fault').textContent = error.message;
    return;
  }
  const fact = (name, text, kind = '') => text === '' ? [] : [el('div', {}, el('dt', {}, name), el('dd', {class: kind}, text))];
  $('request-facts').replaceChildren(
    ...fact('answered', `${story.status}${story.error ? ' ' + story.error : ''}`, KIND[story.ending] || 'good'),
    ...fact('why', story.detail, KIND[story.ending]),
    ...fact('time', new Date(story.time).toLocaleString()), ...fact('client', story.client), ...fact('team', story.team),
    ...fact('route', story.route + (story.stream ? ', as a stream' : '')),
    ...fact('model', story.model + (story.upstream_model && story.upstream_model !== story.model ? `, asked as ${story.upstream_model}` : '')),
    ...fact('account', story.account), ...fact('session', story.session), ...fact('response', story.response_id),
    ...fact('tier', story.tier), ...fact('sent again', story.resends ? `${story.resends} ×` : ''),
    ...fact('tokens', `${count(story.tokens.input)} in, ${count(story.tokens.cached)} of them cached, ${count(story.tokens.output)} out`
      + (story.tokens.estimated ? ', estimated' : '')),
    ...fact('cost', story.cost_usd === null ? 'no price' : dollars(story.cost_usd)),
    ...fact('bytes', `${count(story.request_bytes)} in, ${count(story.answer_bytes)} out`),
    ...fact('total', ms(story.total_ms)), ...fact('first output', story.first_output_ms ? 'after ' + ms(story.first_output_ms) : ''));
  $('request-stages').replaceChildren(...stages(story));
  $('no-tries').hidden = story.tries.length > 0;
  $('tries').replaceChildren(...story.tries.map(attempt => el('li', {},
    el('p', {}, el('b', {}, attempt.decision.account), ` by ${words(attempt.decision.layer)}, after ${ms(attempt.began_ms)}`
      + (attempt.decision.waited_ms >= 1 ? ` of which ${ms(attempt.decision.waited_ms)} waiting for a slot` : '') + '; '
      + (attempt.failure ? 'failed after ' : 'answered, over after ') + ms(attempt.took_ms)),
    ...attempt.failure ? [el('p', {class: 'bad'}, attempt.failure)] : [],
    el('p', {class: 'time'}, attempt.edits.length ? 'In the body: ' + attempt.edits.join('; ') : 'The body went out as it came.'),
    ...term(attempt.decision))));
  $('request-title').focus();
}

$('explain').addEventListener('submit', async event => {
  event.preventDefault();
  const headers = {'content-type': 'application/json'};
  if ($('explain-session').value) headers['session-id'] = $('explain-session').value;
  try {
    const answer = await api('admin/explain?client=' + encodeURIComponent($('explain-client').value),
      {method: 'POST', headers, body: $('explain-body').value});
    if (answer.refused) {
      $('explained').replaceChildren(el('p', {class: 'bad'}, `${answer.refused.status} ${answer.refused.code}: ${answer.refused.message}`));
      return;
    }
    const decision = answer.decision;
    $('explained').replaceChildren(el('p', {}, el('b', {}, decision.account || 'No account'), decision.account ? ` by ${words(decision.layer)}` : '',
      answer.upstream_model ? `, as ${answer.upstream_model}` : '', !decision.account ? '' : answer.edits.length ? `; edits: ${answer.edits.join(', ')}` : '; the body goes out as it is'),
      ...term(decision));
  } catch (error) {
    $('explained').replaceChildren(el('p', {class: 'bad'}, error.message));
  }
});

/** Which page is shown: the part of the address behind the #. */
let page = 'overview';
let latest = null;

function turnTo() {
  const [wanted, id] = location.hash.slice(1).split('/');
  page = ['overview', 'money', 'keys'].includes(wanted) || wanted === 'request' && id ? wanted : 'overview';
  for (const name of ['overview', 'money', 'keys', 'request']) $('page-' + name).hidden = name !== page;
  for (const tab of $('pages').children) {
    if (tab.hash.split('/')[0] === '#' + page) tab.setAttribute('aria-current', 'page');
    else tab.removeAttribute('aria-current');
  }
  stale = true;
  if (page === 'request') {
    $('request-link').hidden = false;
    $('request-link').href = location.hash;
    scrollTo(0, 0);
    if (latest) drawStory(decodeURIComponent(id));
  }
  if (latest) draw(latest);
}

/** Time from now, in the largest unit that tells enough. */
function until(moment) {
  const seconds = Math.max(0, Math.round((new Date(moment) - Date.now()) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** A labelled bar; `part` of it is filled, 0 to 1. */
function meter(title, part, kind, left, right) {
  const fill = el('i', {class: kind});
  fill.style.width = Math.min(100, 100 * part) + '%';
  return el('div', {class: 'meter'}, el('div', {class: 'title'}, title), el('div', {class: 'slots', role: 'img',
    'aria-label': `${Math.round(100 * part)} %`}, fill), el('div', {class: 'ends time'}, el('span', {}, left), el('span', {}, right)));
}

/** How a budget stands; past four fifths it is close to its end. */
const urgency = part => part >= 1 ? 'bad' : part >= 0.8 ? 'warn' : 'good';

function drawMoney(money, accounts) {
  const sum = (kind, member) => money.sums.filter(one => one.kind === kind).reduce((all, one) => all + one[member], 0);
  $('money-today').textContent = cents(sum('client', 'spent_today_usd'));
  $('money-month').textContent = cents(sum('client', 'spent_this_month_usd'));
  $('money-reserved').textContent = cents(sum('client', 'reserved_usd'));
  $('money-day-renews').textContent = `the day ends in ${until(money.day_renews)}`;
  $('money-month-renews').textContent = `the month ends in ${until(money.month_renews)}`;
  const bars = money.sums.flatMap(one => [['today', one.spent_today_usd, one.budget_day_usd, money.day_renews],
    ['this month', one.spent_this_month_usd, one.budget_month_usd, money.month_renews]].filter(([, , budget]) => budget > 0)
    .map(([period, spent, budget, renews]) => meter(el('span', {}, el('b', {}, one.name), ` ${one.kind}, ${period}`), spent / budget,
      urgency(spent / budget), `${cents(spent)} of ${cents(budget)}` + (spent >= budget ? ', spent' : ''), `renews in ${until(renews)}`)));
  $('budgets').replaceChildren(...bars);
  $('no-budgets').hidden = bars.length > 0;
  const windows = accounts.flatMap(account => account.quotas.map(quota => meter(el('span', {}, el('b', {}, account.name),
    ` ${words(quota.window)}${quota.model ? ' of ' + quota.model : ''}`), quota.left, quota.left <= 0 ? 'bad' : quota.left < 0.2 ? 'warn' : 'good',
    `${Math.round(100 * quota.left)} % left`, `renews in ${until(quota.renews)}`)));
  $('quotas').replaceChildren(...windows);
  $('no-quotas').hidden = windows.length > 0;
  const order = ['team', 'client', 'model', 'account'];
  const rows = [...money.sums].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.spent_this_month_usd - a.spent_this_month_usd);
  $('sums').replaceChildren(...rows.map(one => el('tr', {}, el('td', {}, one.kind), el('td', {}, one.name),
    ...[one.spent_today_usd, one.spent_this_month_usd, one.reserved_usd].map(value => el('td', {class: 'n'}, cents(value))))));
  $('no-sums').hidden = rows.length > 0;
}

const moment = (text, none) => text === null ? none : new Date(text).toLocaleString([], {dateStyle: 'short', timeStyle: 'short'});

function drawKeys(clients) {
  const focused = document.activeElement.dataset ? document.activeElement.dataset.deed : '';
  $('keys').replaceChildren(...clients.flatMap(client => {
    const keys = client.keys.length ? client.keys : [{id: '', issued: null, expires: null, last_used: null}];
    return keys.map((key, i) => {
      const over = key.expires !== null && new Date(key.expires) <= Date.now();
      const deed = (word, body) => el('button', {type: 'button', 'data-deed': `${word} ${client.name} ${key.id}`,
        'aria-label': `${word} ${client.name} ${key.id}`, onclick: () => change(client.name, word, body)}, word);
      return el('tr', {}, el('td', {}, i === 0 ? client.name : ''), el('td', {}, i === 0 ? client.team : ''), el('td', {}, client.from),
        el('td', {}, el('code', {}, key.id || (client.from === 'state' ? 'revoked' : 'needs none'))), el('td', {}, moment(key.issued, '–')),
        el('td', {class: over ? 'bad' : ''}, key.id ? moment(key.expires, 'never') : '–'),
        el('td', {}, key.id ? moment(key.last_used, 'never') : '–'),
        el('td', {class: 'deeds'}, ...client.from === 'state' ? [...i === keys.length - 1 ? [deed('rotate', {})] : [],
          ...key.id ? [deed('revoke', {key: key.id})] : []] : []));
    });
  }));
  if (focused) {
    const again = $('keys').querySelector(`[data-deed="${CSS.escape(focused)}"]`);
    if (again) again.focus({preventScroll: true});
  }
}

function showIssued(issued) {
  $('issued-client').textContent = issued.name;
  $('issued-key').textContent = issued.key;
  $('issued').hidden = false;
  $('issued').querySelector('h2').focus();
}

async function change(client, word, body) {
  if (word === 'revoke' && !confirm(`Take back the key ${body.key} of ${client}? It is refused at once.`)) return;
  await keyDeed(`admin/clients/${encodeURIComponent(client)}/${word}`, body);
}

async function keyDeed(path, body) {
  try {
    $('keys-error').textContent = '';
    const answer = await api(path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
    if (answer.key) showIssued(answer);
    drawKeys((await api('admin/clients')).clients);
    return true;
  } catch (error) {
    $('keys-error').textContent = error.message;
    return false;
  }
}

$('add').addEventListener('submit', async event => {
  event.preventDefault();
  const terms = {name: $('add-name').value, team: $('add-team').value.trim(), models: $('add-models').value.split(/\s+/).filter(text => text)};
  if ($('add-requests').value) terms.requests_per_minute = Number($('add-requests').value);
  if ($('add-budget').value) terms.budget_usd = {month: Number($('add-budget').value)};
  if ($('add-expires').value) terms.expires = $('add-expires').value + 'T00:00:00Z';
  if (await keyDeed('admin/clients', terms)) $('add').reset();
});

$('issued-done').addEventListener('click', () => {
  $('issued').hidden = true;
  $('issued-key').textContent = '';
  $('keys-title').focus();
});

$('issued-copy').addEventListener('click', () => navigator.clipboard.writeText($('issued-key').textContent)
  .then(() => { $('issued-copy').textContent = 'copied'; }).catch(() => getSelection().selectAllChildren($('issued-key'))));

addEventListener('hashchange', turnTo);

async function start() {
  try {
    const [overview, recent, clients] = await Promise.all([api('admin/overview'), api(`admin/requests?limit=${MAX_REQUESTS}`),
      api('admin/clients')]);
    requests = recent.requests;
    stale = true;
    $('explain-client').replaceChildren(...clients.clients.map(client => el('option', {}, client.name)));
    $('main').hidden = false;
    drawClients(clients.clients);
    latest = overview;
    turnTo();
  } catch (error) {
    linkState(error.message, 'bad');
    if ($('login').hidden) setTimeout(start, 3000);
    return;
  }
  const events = new EventSource('admin/events');
  events.onopen = () => linkState('live', 'good');
  events.onerror = () => {
    linkState('not connected; trying again', 'bad');
    if (events.readyState === EventSource.CLOSED) setTimeout(start, 3000);
  };
  events.addEventListener('state', event => draw(JSON.parse(event.data)));
  events.addEventListener('budget', event => {
    const told = JSON.parse(event.data);
    $('budget').textContent = `${told.kind} ${told.name}: ${Math.floor(100 * told.used)} % of the ${told.period}'s budget`;
    $('budget').hidden = false;
  });
  events.addEventListener('request', event => {
    requests.unshift(JSON.parse(event.data));
    requests.length = Math.min(requests.length, MAX_REQUESTS);
    stale = true;
  });
}

start();
