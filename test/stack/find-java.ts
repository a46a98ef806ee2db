import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from './errors.ts';
import { findOnPath, isProgram } from './find-tool.ts';
import { canOthersEnter } from './other-user.ts';

/** Major versions of Java, both ends included. */
export type JavaRange = { readonly from: number; readonly to: number };

type Jdk = { readonly home: string; readonly major: number };

/**
 * Home of a JDK in that range: first what the environment names, then the oldest of those installed, being the
 * nearest to what OpenSearch was tested with.
 *
 * @throws StackError that says what to install
 */
export function findJava(range: JavaRange): string {
  const home = findJdk(range);
  if (home !== undefined) return home;
  throw new StackError(missingJava(range) ?? 'no JDK fits');
}

/** One line when there is no JDK in that range, saying what to install. */
export function missingJava(range: JavaRange): string | undefined {
  if (findJdk(range) !== undefined) return undefined;
  const wanted = range.from === range.to ? `JDK ${range.from}` : `JDK ${range.from} or later`;
  return `${wanted} is missing: install it, or set JAVA${range.from}_HOME to the folder of one that every user may read`;
}

/** The `jar` program of any JDK; it unpacks zip files too. */
export function findJarProgram(): string | undefined {
  return allJdks()
    .map(({ home }) => join(home, 'bin', 'jar'))
    .find(isProgram);
}

function findJdk({ from, to }: JavaRange): string | undefined {
  const isFit = (jdk: Jdk): boolean => jdk.major >= from && jdk.major <= to && canOthersEnter(jdk.home);
  const named = readJdks(environmentHomes()).find(isFit);
  const installed = allJdks().filter(isFit);
  return (named ?? installed.sort((a, b) => a.major - b.major)[0])?.home;
}

function allJdks(): Jdk[] {
  return readJdks([...environmentHomes(), ...installedHomes()]);
}

function readJdks(homes: readonly string[]): Jdk[] {
  return homes.flatMap((home) => {
    const major = majorVersion(home);
    return major !== undefined && isProgram(join(home, 'bin', 'java')) ? [{ home, major }] : [];
  });
}

function environmentHomes(): string[] {
  const names = Object.keys(process.env).filter((name) => /^JAVA(_|\d+_|_\d+_)HOME$/.test(name));
  return names.flatMap((name) => process.env[name] ?? []).filter((home) => home !== '');
}

function installedHomes(): string[] {
  const java = findOnPath('java');
  const macs = '/Library/Java/JavaVirtualMachines';
  return [
    ...(java === undefined ? [] : [dirname(dirname(realpathSync(java)))]),
    ...foldersIn('/usr/lib/jvm'),
    ...foldersIn(macs).map((folder) => join(folder, 'Contents', 'Home')),
  ];
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/** From the file `release` that every JDK since 8 has: starting each `java` to ask it would take a second. */
function majorVersion(home: string): number | undefined {
  const file = join(home, 'release');
  if (!existsSync(file)) return undefined;
  const found = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(readFileSync(file, 'utf8'));
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
