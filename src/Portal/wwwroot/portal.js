// What Blazor cannot do from the server: start with patience, come back after a restart, renew the cookie, open dialogs, copy, tell times as the browser has them, follow a terminal.
(() => {
  'use strict';

  // Renewing sets a cookie, which only an answer to the browser can. Answers the status; 0: nothing came.
  window.gatewayPortal = {
    renew: async path => {
      try {
        return (await fetch(path, { method: 'POST', credentials: 'same-origin' })).status;
      } catch {
        return 0;
      }
    },
    openDialog: dialog => dialog.isConnected && !dialog.open && dialog.showModal(),
  };

  // Quickly at first, then every few seconds and not all pages at once, for as long as the page is open.
  const retryDelay = attempt => Math.min(500 * 1.6 ** attempt, 5000) * (0.5 + Math.random() / 2);

  // One request opens the circuit's socket: a negotiation before it could be answered by one replica and the socket by another.
  const overWebSocket = connection => connection.withUrl('_blazor', { skipNegotiation: true, transport: 1 });

  if (window.Blazor) {
    Blazor.start({
      circuit: { configureSignalR: overWebSocket, reconnectionOptions: { maxRetries: 100000, retryIntervalMilliseconds: retryDelay } },
    });
  }

  // A server that was started anew does not know the circuit: the page is loaded again as soon as the server answers.
  const comeBack = async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        if ((await fetch('/healthz', { cache: 'no-store' })).ok) break;
      } catch {
        // Not yet.
      }
      await new Promise(done => setTimeout(done, retryDelay(attempt)));
    }
    location.reload();
  };
  const dialog = document.getElementById('components-reconnect-modal');
  let isComingBack = false;
  if (dialog) {
    const has = state => dialog.classList.contains(`components-reconnect-${state}`);
    new MutationObserver(() => {
      const isGone = has('rejected') || has('failed');
      if (!isGone && !has('show') && !has('retrying')) dialog.close();
      else if (!dialog.open) dialog.showModal();
      if (!isGone || isComingBack) return;
      isComingBack = true;
      comeBack();
    }).observe(dialog, { attributes: true, attributeFilter: ['class'] });
    // It goes when the connection is back, not before.
    dialog.addEventListener('cancel', event => event.preventDefault());
  }

  document.addEventListener('click', async event => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.hasAttribute('data-reload')) location.reload();
    if (button.hasAttribute('data-close')) button.closest('dialog')?.close();
    if (!button.dataset.copy) return;
    let copied = false;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      copied = true;
    } catch {
      // Clipboards need https or localhost: the text is selected instead.
      const text = button.parentElement.querySelector('code');
      if (text) getSelection().selectAllChildren(text);
    }
    button.classList.add(copied ? 'copied' : 'selected');
    say(copied ? 'Copied.' : 'It cannot be copied from here: the text is selected.');
    setTimeout(() => button.classList.remove('copied', 'selected'), 1600);
  });

  // A word to who does not see the button change.
  const say = words => {
    const place = document.getElementById('said');
    if (!place) return;
    place.textContent = '';
    setTimeout(() => (place.textContent = words), 50);
  };

  // Servers tell times in UTC; whoever points at one reads it in their own.
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  document.addEventListener('pointerover', event => {
    const time = event.target.closest('time');
    if (time) time.title = local.format(new Date(time.dateTime));
  });

  // A terminal stays at its end unless its reader has scrolled up.
  const isAtEnd = new WeakMap();
  document.addEventListener('scroll', event => {
    const pane = event.target;
    if (pane instanceof Element && pane.hasAttribute('data-follow'))
      isAtEnd.set(pane, pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24);
  }, true);
  new MutationObserver(() => {
    for (const pane of document.querySelectorAll('[data-follow]')) {
      if (isAtEnd.get(pane) !== false) pane.scrollTop = pane.scrollHeight;
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})();
