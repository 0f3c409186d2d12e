import {createLoad} from './load.ts';
import {findTag, startScript} from './script.ts';

const tag = findTag();
if (tag) startScript(tag.dataset, createLoad(tag.src, tag.nonce));
