import {HOSTILE_PAGES} from './hostile.ts';

// runs as the first script of a page, before anything of ours is loaded
const name = document.currentScript?.dataset['page'];
const page = HOSTILE_PAGES.find((each) => each.name === name);
if (page) Object.assign(window, {undo: page.spoil()});
