// What stands on the screen, told by the DOM: called in the page, answers with plain data.
// Every element gets a number that it keeps. Boxes are CSS pixels of the viewport.
() => {
    const width = innerWidth, height = innerHeight;
    window.truthCount ??= 0;
    const number = (element) => {
        if (!element.dataset.truth) element.dataset.truth = String(++window.truthCount);
        return Number(element.dataset.truth);
    };
    const opaque = (style) => {
        const alpha = /rgba?\(([^)]*)\)/.exec(style.backgroundColor);
        const parts = alpha ? alpha[1].split(',') : [];
        return (parts.length === 3 || Number(parts[3]) > 0.9) || style.backgroundImage.includes('gradient');
    };
    const covered = (element, x, y) => {
        for (const above of document.elementsFromPoint(x, y)) {
            if (above === element || element.contains(above) || above.contains(element)) return false;
            const style = getComputedStyle(above), own = above.getBoundingClientRect();
            if (x < own.left || x > own.right || y < own.top || y > own.bottom) continue;  // the veil of a dialog
            if (opaque(style) && Number(style.opacity) > 0.9) return true;
        }
        return false;
    };
    // The share of the box that can be seen: inside the viewport and all scroll boxes, and not covered.
    const seen = (element, box) => {
        if (box.width < 2 || box.height < 2) return 0;
        if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return 0;
        let [left, top, right, bottom] = [Math.max(box.left, 0), Math.max(box.top, 0),
            Math.min(box.right, width), Math.min(box.bottom, height)];
        for (let up = element.parentElement; up; up = up.parentElement) {
            const style = getComputedStyle(up);
            if (up !== document.body && up !== document.documentElement && style.overflow !== 'visible') {
                const clip = up.getBoundingClientRect();
                [left, top] = [Math.max(left, clip.left), Math.max(top, clip.top)];
                [right, bottom] = [Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
            }
        }
        if (right <= left || bottom <= top) return 0;
        const points = [[0.5, 0.5], [0.15, 0.5], [0.85, 0.5]];
        const hidden = points.filter(([fx, fy]) =>
            covered(element, left + (right - left) * fx, top + (bottom - top) * fy)).length;
        return (right - left) * (bottom - top) / (box.width * box.height) * (hidden >= 2 ? 0 : 1);
    };
    // Whether an element draws a box of its own; one that does not is as large as what it holds, to somebody who looks.
    const drawn = (element) => {
        const style = getComputedStyle(element);
        const edges = ['Top', 'Right', 'Bottom', 'Left'].filter((side) =>
            parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== 'none'
            && !/, 0\)$/.test(style[`border${side}Color`]));
        const [, alpha = '1'] = /rgba\(.*,\s*([\d.]+)\)/.exec(style.backgroundColor) ?? [];
        let ground = element.parentElement;
        while (ground && !opaque(getComputedStyle(ground))) ground = ground.parentElement;
        const filled = Number(alpha) > 0.04
            && style.backgroundColor !== (ground ? getComputedStyle(ground).backgroundColor : 'rgb(255, 255, 255)');
        return edges.length === 4 || filled || style.boxShadow !== 'none' || style.backgroundImage !== 'none';
    };
    const content = (element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const box = range.getBoundingClientRect();
        return box.width > 1 && box.height > 1 ? box : null;
    };
    const plain = (box) => [box.left, box.top, box.right, box.bottom];
    const elements = [], texts = new Map(), fields = [], words = [];
    for (const element of document.body.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const share = seen(element, box);
        const inner = share > 0.5 && !drawn(element) ? content(element) : null;
        elements.push({ id: number(element), box: plain(box), seen: share, content: inner && plain(inner),
            within: Boolean(element.parentElement.closest('button, a[href], [role=button], [role=tab], [role=menuitem]')) });
        const entered = 'value' in element && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
        if (entered && share > 0.5 && !/^(checkbox|radio|range|color|file|hidden)$/.test(element.type)) {
            const chosen = element.tagName === 'SELECT' ? element.selectedOptions[0]?.text : element.value;
            const whole = element.scrollWidth <= element.clientWidth + 2 && element.scrollHeight <= element.clientHeight + 2;
            if (chosen && whole && element.type !== 'password') fields.push({ text: chosen, box: plain(box) });
        }
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode, raw = node.data.replace(/\s+/g, ' ');
        const parent = node.parentElement;
        if (!raw.trim() || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|OPTION|TEXTAREA)$/.test(parent.tagName)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const rects = [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1);
        if (!rects.length) continue;
        const box = range.getBoundingClientRect();
        const size = parseFloat(getComputedStyle(parent).fontSize);
        const share = size < 2 ? 0 : seen(parent, box);
        if (share < 0.5) continue;
        let block = parent;
        while (block.parentElement && /^inline$|^contents$/.test(getComputedStyle(block).display)) {
            block = block.parentElement;
        }
        const shown = getComputedStyle(parent).textTransform;
        const text = shown === 'uppercase' ? raw.toUpperCase() : shown === 'lowercase' ? raw.toLowerCase()
            : shown === 'capitalize' ? raw.replace(/(^|\s)\S/g, (letter) => letter.toUpperCase()) : raw;
        const chain = [];
        for (let up = parent; up && up !== document.body; up = up.parentElement) chain.push(number(up));
        const label = Boolean(parent.closest('label'));
        if (share > 0.95) words.push({ text, box: plain(box) });
        const known = texts.get(block);
        if (known) {
            known.text += box.left > known.last.right + 3 || box.top > known.last.bottom - 2 ? ` ${text}` : text;
            known.last = box;
            known.box = [Math.min(known.box[0], box.left), Math.min(known.box[1], box.top),
                Math.max(known.box[2], box.right), Math.max(known.box[3], box.bottom)];
        } else {
            texts.set(block, { id: number(block), text, box: plain(box), last: box, chain, label });
        }
    }
    const labels = [...document.querySelectorAll('[aria-labelledby]')].flatMap((element) =>
        element.getAttribute('aria-labelledby').split(/\s+/).map((id) => document.getElementById(id)))
        .filter(Boolean).map(number);
    return { elements, texts: [...texts.values()], words: [...words, ...fields], labels, scroll: [scrollX, scrollY] };
}
