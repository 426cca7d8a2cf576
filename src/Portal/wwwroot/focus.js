// Who works by keyboard stays where they are: what has the focus may be taken away, or be of no use for a moment, by what the server sends.
(() => {
  'use strict';

  // The element that had the focus last and all around it, from the inside out.
  let path = [];
  const around = element => {
    const found = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) found.push(at);
    return found;
  };
  document.addEventListener('focusin', event => (path = around(event.target)));
  // A press of the mouse goes where it goes: also to nothing.
  document.addEventListener('pointerdown', event => (path = around(event.target.closest('button, a, input, select, textarea, summary'))), true);

  // Blazor takes every link for one of its own, and scrolls where this one has to lead.
  document.addEventListener('click', event => {
    if (!event.target.closest('.skip')) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById('main').focus();
  }, true);

  const placeOf = () => {
    const [last, ...outer] = path;
    if (!last) return null;
    if (last.isConnected) return last.matches(':disabled') ? null : last;
    const left = outer.find(at => at.isConnected && at.matches('article, section, dialog, main'));
    if (left && !left.hasAttribute('tabindex')) left.tabIndex = -1;
    return left;
  };
  // What moves the focus itself, a page's heading for example, comes first.
  let timer = 0;
  const keep = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      if (document.activeElement === document.body) placeOf()?.focus({ preventScroll: true });
    }, 60);
  };

  // A form that is sent and comes back with mistakes: to the first of them.
  let sent = null;
  document.addEventListener('submit', event => {
    sent = { form: event.target, until: performance.now() + 3000 };
    toMistake();
  });
  const toMistake = () => {
    if (!sent || performance.now() > sent.until) return;
    const wrong = sent.form.querySelector('[aria-invalid="true"]');
    if (!wrong) return;
    sent = null;
    wrong.focus();
  };

  new MutationObserver(() => {
    keep();
    toMistake();
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled', 'aria-invalid'] });
})();
