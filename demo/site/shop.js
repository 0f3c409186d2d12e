// The checkout page of a pretend shop. It computes totals, checks the fields and shows what a placed order would look like.
// Nothing typed here is sent anywhere: the forms have method="dialog" and the card fields have no names.

const FREE_FROM_CENTS = 15000;
const EXTRA_CENTS = {standard: 0, evening: 1200, bedroom: 3900};
const PICKUP_CENTS = 2500;
const THIRDS_CENTS = {least: 15000, most: 300000};
const CODES = {
  NATT10: {name: 'NATT10, 10 % off', off: (goodsCents) => Math.round(goodsCents / 10)},
  GAVA50: {name: 'Gift card GAVA50', off: (goodsCents) => Math.min(goodsCents, 5000)},
};
const EXAMPLE_CARD = {
  'card-name': 'Ida Exempel',
  'card-number': '4242 4242 4242 4242',
  'card-expiry': '12 / 34',
  'card-code': '123',
};
const METHODS = {card: 'Card', paypal: 'PayPal', thirds: 'In three parts'};

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const euro = new Intl.NumberFormat('en-IE', {style: 'currency', currency: 'EUR'});
const money = (cents) => euro.format(cents / 100);
const write = (selector, words) => {
  for (const place of all(selector)) place.textContent = words;
};

const form = one('#checkout');
const items = all('.item');
let code = null;
let removed = null;
let spokenTotal = '';

// ---- The bag ----------------------------------------------------------------------------------------------------

const countOf = (item) => {
  if (item.hidden) return 0;
  return Math.min(9, Math.max(1, Math.round(Number(one('input', item).value)) || 1));
};

const readOrder = () => {
  const country = one('#country').selectedOptions[0];
  const goodsCents = items.reduce((sum, item) => sum + countOf(item) * Number(item.dataset.unit), 0);
  const discountCents = code ? CODES[code].off(goodsCents) : 0;
  const baseCents = goodsCents === 0 || goodsCents >= FREE_FROM_CENTS ? 0 : Number(country.dataset.base);
  const deliveryCents = goodsCents === 0 ? 0 : baseCents + EXTRA_CENTS[one('[name="delivery"]:checked').value];
  const pickupCents = goodsCents > 0 && one('#pickup').checked ? PICKUP_CENTS : 0;
  const totalCents = goodsCents - discountCents + deliveryCents + pickupCents;
  return {country, goodsCents, discountCents, baseCents, deliveryCents, pickupCents, totalCents};
};

const showItems = () => {
  for (const item of items) {
    const count = countOf(item);
    one('[data-line]', item).textContent = money(count * Number(item.dataset.unit));
    one('[data-each]', item).hidden = count < 2;
    one('[data-each]', item).textContent = `${money(Number(item.dataset.unit))} each`;
    one('[data-step="-1"]', item).disabled = count === 1;
    one('[data-step="1"]', item).disabled = count === 9;
  }
  const count = items.reduce((sum, item) => sum + countOf(item), 0);
  write('[data-count]', count === 1 ? '1 item' : `${count} items`);
};

const showDelivery = ({country, baseCents}) => {
  for (const choice of all('#delivery .choice')) {
    const cents = baseCents + EXTRA_CENTS[one('input', choice).value];
    one('[data-price]', choice).textContent = cents === 0 ? 'Free' : money(cents);
    const words = one('[data-later]', choice);
    const [least, most] = country.dataset.days.split(' ').map((days) => Number(days) + Number(words.dataset.later));
    words.textContent = words.textContent.replace(/^\d+ to \d+/, `${least} to ${most}`);
  }
};

const showThirds = ({totalCents}) => {
  const third = Math.floor(totalCents / 3);
  const offered = totalCents >= THIRDS_CENTS.least && totalCents <= THIRDS_CENTS.most;
  const radio = one('[value="thirds"]');
  radio.disabled = !offered;
  if (!offered && radio.checked) one('[value="card"]').checked = true;
  const parts = `${money(totalCents - 2 * third)} today, ${money(third)} in 30 and in 60 days`;
  write('[data-thirds]', offered ? parts : 'For orders from €150 to €3,000');
};

const refresh = () => {
  const order = readOrder();
  const total = money(order.totalCents);
  showItems();
  showDelivery(order);
  showThirds(order);
  write('[data-goods]', money(order.goodsCents));
  one('[data-discount-row]').hidden = order.discountCents === 0;
  write('[data-discount-name]', code ? CODES[code].name : '');
  write('[data-discount]', `−${money(order.discountCents)}`);
  write('[data-delivery]', order.deliveryCents === 0 ? 'Free' : money(order.deliveryCents));
  one('[data-pickup-row]').hidden = order.pickupCents === 0;
  write('[data-total]', total);
  const vatPercent = Number(order.country.dataset.vat);
  const vatCents = Math.round((order.totalCents * vatPercent) / (100 + vatPercent));
  write('[data-includes]', `Includes ${money(vatCents)} VAT (${vatPercent} %, ${order.country.textContent})`);
  if (spokenTotal && spokenTotal !== total) write('#announce', `The total is now ${total}.`);
  spokenTotal = total;
  for (const panel of all('[data-panel]')) panel.hidden = panel.dataset.panel !== one('[name="method"]:checked').value;
};

const remove = (item) => {
  item.hidden = true;
  removed = item;
  write('[data-removed]', `${item.dataset.item} removed.`);
  one('#removed').hidden = false;
  refresh();
  one('[data-undo]').focus();
};

for (const item of items) {
  const input = one('input', item);
  const setCount = (count) => {
    input.value = String(count);
    refresh();
  };
  input.addEventListener('change', () => setCount(countOf(item)));
  one('[data-remove]', item).addEventListener('click', () => remove(item));
  for (const button of all('[data-step]', item)) {
    button.addEventListener('click', () => {
      setCount(countOf(item) + Number(button.dataset.step));
      if (button.disabled) input.focus();
    });
  }
}

one('[data-undo]').addEventListener('click', () => {
  removed.hidden = false;
  one('#removed').hidden = true;
  refresh();
  one('[data-remove]', removed).focus();
});

one('.bag-toggle').addEventListener('click', (event) => {
  const open = event.currentTarget.getAttribute('aria-expanded') !== 'true';
  event.currentTarget.setAttribute('aria-expanded', String(open));
  write('[data-toggle-words]', open ? 'Hide' : 'Show');
});

one('#promo').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = one('#code').value.trim().toUpperCase();
  code = Object.hasOwn(CODES, typed) ? typed : null;
  const unknown = typed ? `We do not know the code ${typed}. It may be misspelt or expired.` : 'No code is applied.';
  write('#code-words', code ? `${CODES[code].name}: ${money(readOrder().discountCents)} taken off.` : unknown);
  one('#code').setAttribute('aria-invalid', String(Boolean(typed && !code)));
  refresh();
});

// ---- The fields -------------------------------------------------------------------------------------------------

const digitsOf = (value) => value.replace(/\D/g, '');
const isFuture = (value) => {
  const [, month, year] = value.match(/^\s*(0?[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d\d)\s*$/) ?? [];
  return Boolean(month) && new Date(2000 + Number(year), Number(month), 1) > new Date();
};
const CHECKS = {
  'card-number': (value) => digitsOf(value) === digitsOf(EXAMPLE_CARD['card-number']),
  'card-expiry': isFuture,
  'card-code': (value) => /^\d{3,4}$/.test(value),
};

const problemOf = (input) => {
  if (input.closest('[hidden]')) return '';
  const value = input.value.trim();
  if (!value) return input.required ? input.dataset.need : '';
  const right = !input.validity.typeMismatch && (CHECKS[input.id]?.(value) ?? true);
  return right ? '' : input.dataset.wrong;
};

const check = (input) => {
  const words = problemOf(input);
  const error = one('.error', input.closest('.field'));
  if (!error) return words;
  error.textContent = words;
  error.hidden = !words;
  input.setAttribute('aria-invalid', String(Boolean(words)));
  return words;
};

const inputs = all('.field input', form);
for (const input of inputs) {
  // Judged when Pay is pressed, then while it is corrected. Words that appear on blur would move Pay from under the finger.
  input.addEventListener('input', () => input.getAttribute('aria-invalid') === 'true' && check(input));
}

one('#card-number').addEventListener('change', (event) => {
  event.target.value = digitsOf(event.target.value).replace(/(.{4})(?=.)/g, '$1 ');
});

one('#example').addEventListener('click', () => {
  for (const [id, value] of Object.entries(EXAMPLE_CARD)) {
    one(`#${id}`).value = value;
    check(one(`#${id}`));
  }
});

form.addEventListener('change', refresh);

// ---- The order --------------------------------------------------------------------------------------------------

const showProblems = (found) => {
  const list = one('#problems ul');
  list.replaceChildren();
  for (const [id, words] of found) {
    const link = document.createElement('a');
    link.href = `#${id}`;
    link.textContent = words;
    const row = document.createElement('li');
    row.append(link);
    list.append(row);
  }
  write('#problems h2', found.length === 1 ? 'One thing to put right' : `${found.length} things to put right`);
  one('#problems').hidden = found.length === 0;
  if (found.length > 0) one('#problems').focus();
};

const showPlaced = (placed) => {
  form.hidden = placed;
  one('#placed').hidden = !placed;
  document.body.classList.toggle('is-placed', placed);
  one(placed ? '#placed-title' : '#title').focus();
};

form.noValidate = true;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const found = inputs.map((input) => [input.id, check(input)]).filter(([, words]) => words);
  if (readOrder().goodsCents === 0) found.unshift(['bag-title', 'Your bag is empty.']);
  showProblems(found);
  if (found.length > 0) return;
  const chosen = one('#delivery :checked').closest('.choice');
  const days = one('small', chosen).textContent.match(/^[^,.]+/)[0];
  const [name, city] = ['#given', '#city'].map((id) => one(id).value.trim());
  const next = 'This is where a real order would begin: a confirmation by email, then a place on the next lorry';
  write('[data-thanks]', `Thank you, ${name}. ${next} to ${city}.`);
  write('[data-placed-delivery]', `${one('b', chosen).textContent}, ${days}`);
  write('[data-placed-method]', METHODS[one('[name="method"]:checked').value]);
  for (const id of Object.keys(EXAMPLE_CARD)) one(`#${id}`).value = '';
  showPlaced(true);
});

one('#again').addEventListener('click', () => showPlaced(false));

refresh();
