// npm start: installs what is missing, builds, and serves the demo.
import {NODE, ready, run, stay} from './ready.mjs';

ready();
run([NODE, 'node_modules/vite/bin/vite.js', 'build']);
stay([NODE, 'demo/main.ts']);
