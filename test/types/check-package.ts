// Judges the types of the archive that is named; a program of its own, because a test runner resolves the judge's
// development sources and transforms all of TypeScript with them.
import {readFile} from 'node:fs/promises';
import {checkPackage, createPackageFromTarballData} from '@arethetypeswrong/core';

const [archive = ''] = process.argv.slice(2);
console.log(JSON.stringify(await checkPackage(createPackageFromTarballData(await readFile(archive)))));
