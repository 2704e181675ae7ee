// SPDX-License-Identifier: GPL-3.0-or-later
// Everything can be read without this: it adds the search, and arrow keys from mark to mark.
(() => {
  const grid = document.getElementById('grid');
  const find = document.getElementById('find');
  find.parentNode.hidden = false;
  const cells = (row) => [...row.cells];
  find.addEventListener('input', () => {
    const wanted = find.value.trim().toLowerCase();
    for (const row of document.querySelectorAll('#grid tbody tr, .list tbody tr')) {
      row.hidden = wanted !== '' && !row.textContent.toLowerCase().includes(wanted);
    }
  });
  if (!grid) return;
  document.querySelectorAll('.keys').forEach((one) => { one.hidden = false; });
  const marks = grid.querySelectorAll('td a');
  // One stop for the Tab key; arrow keys go on from there.
  marks.forEach((one, at) => { if (at) one.tabIndex = -1; });
  const go = (to) => {
    if (!to) return;
    grid.querySelectorAll('td a[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
    marks[0].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  };
  const beside = (from, step) => {
    const all = [...from.closest('tr').querySelectorAll('td a')];
    return all[all.indexOf(from) + step];
  };
  const below = (from, step) => {
    const at = from.closest('td').cellIndex;
    let row = from.closest('tr');
    do { row = step > 0 ? row.nextElementSibling : row.previousElementSibling; }
    while (row && (row.hidden || !row.querySelector('td a')));
    if (!row) return undefined;
    const filled = cells(row).filter((cell) => cell.tagName === 'TD' && cell.querySelector('a'));
    filled.sort((a, b) => Math.abs(a.cellIndex - at) - Math.abs(b.cellIndex - at));
    return filled[0].querySelector('a');
  };
  const ways = {
    ArrowRight: (from) => beside(from, 1),
    ArrowLeft: (from) => beside(from, -1),
    ArrowDown: (from) => below(from, 1),
    ArrowUp: (from) => below(from, -1),
  };
  grid.addEventListener('keydown', (event) => {
    const from = event.target.closest('td a');
    if (!from || !(event.key in ways)) return;
    event.preventDefault();
    go(ways[event.key](from));
  });
})();
