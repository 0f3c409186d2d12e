import {join} from 'node:path';
import {install, ROOT} from '../../demo/ready.mjs';

/** Installs the vendors' packages that the protocols are compared against; runs before the first test. */
export const setup = () => install(join(ROOT, 'test', 'vendor'));
