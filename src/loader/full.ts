import {loadBundled} from './bundled.ts';
import {findTag, startScript} from './script.ts';

const tag = findTag();
if (tag) startScript(tag.dataset, loadBundled);
