/** A job of the Bacula in the guest, written as in the README: before, and after whatever happened. */
export interface BaculaJob {
  readonly name: string;
  /** Command lines as they stand in the Job resource, with Bacula's own %n, %i, %l, %e. */
  readonly before: string;
  readonly after: string;
  /** What is saved; file systems mounted below are saved, too. */
  readonly files: readonly string[];
  /** Slow the job down, so that something can happen while it runs: `300 kb/s`. */
  readonly bandwidth?: string;
  /** More lines for the Job resource. */
  readonly more?: string;
}

/** The bash that makes a director, a storage and a file daemon on the guest's loopback, and starts them. */
export function bacula(jobs: readonly BaculaJob[]): string {
  return [
    '. "$REPO/test/lab/guest/bacula.bash" || exit 99',
    file('bacula-dir.conf', [director, ...jobs.map(jobResources), restoreJob(jobs)].join('\n')),
    file('bacula-sd.conf', storage),
    file('bacula-fd.conf', fileDaemon),
    file('bconsole.conf', 'Director { Name = lab-dir; DIRport = 9101; Address = 127.0.0.1; Password = "p" }'),
    "bacula_up || die 'Bacula did not start'",
    '',
  ].join('\n');
}

const file = (name: string, text: string): string =>
  `mkdir -p /etc/bacula && cat >/etc/bacula/${name} <<'BACULA'\n${text}\nBACULA`;

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;

function jobResources({ name, before, after, files, bandwidth, more = '' }: BaculaJob): string {
  return `FileSet { Name = ${quoted(name)}
  Include { Options { signature = SHA1; onefs = no; aclsupport = yes; xattrsupport = yes }
    ${files.map((path) => `File = ${quoted(path)}`).join('\n    ')}
  }
}
Job { Name = ${quoted(name)}; Type = Backup; Level = Full; FileSet = ${quoted(name)}; ${common}
  ${bandwidth === undefined ? '' : `Maximum Bandwidth = ${bandwidth}`}
  RunScript { RunsWhen = Before; RunsOnClient = yes; FailJobOnError = yes
    Command = ${quoted(before)}
  }
  RunScript { RunsWhen = After; RunsOnClient = yes; RunsOnSuccess = yes; RunsOnFailure = yes; FailJobOnError = yes
    Command = ${quoted(after)}
  }
  ${more}
}`;
}

const common = 'Client = lab-fd; Storage = File; Pool = Default; Messages = Std';

const restoreJob = (jobs: readonly BaculaJob[]): string =>
  `Job { Name = "Restore"; Type = Restore; FileSet = ${quoted(jobs[0]?.name ?? '')}; ${common}; Where = /restore }`;

const director = `Director { Name = lab-dir; DIRport = 9101; DirAddress = 127.0.0.1; Password = "p"; Messages = Std
  QueryFile = "/etc/bacula/scripts/query.sql"; WorkingDirectory = "/var/lib/bacula"; PidDirectory = "/run/bacula"
  Maximum Concurrent Jobs = 4
}
Catalog { Name = MyCatalog; dbname = "bacula"; DB Address = ""; dbuser = "bacula"; dbpassword = "" }
Messages { Name = Std; console = all, !skipped, !saved; append = "/var/log/bacula/bacula.log" = all, !skipped
  catalog = all, !skipped, !saved
}
Client { Name = lab-fd; Address = 127.0.0.1; FDPort = 9102; Catalog = MyCatalog; Password = "p"; Maximum Concurrent Jobs = 4 }
Storage { Name = File; Address = 127.0.0.1; SDPort = 9103; Password = "p"; Device = FileDev; Media Type = File
  Maximum Concurrent Jobs = 4
}
Pool { Name = Default; Pool Type = Backup; Label Format = "Vol-"; Recycle = yes; AutoPrune = no
  Volume Retention = 1 year; Maximum Volumes = 10
}`;

const storage = `Storage { Name = lab-sd; SDAddress = 127.0.0.1; SDPort = 9103; WorkingDirectory = "/var/lib/bacula"
  Pid Directory = "/run/bacula"; Maximum Concurrent Jobs = 4
}
Director { Name = lab-dir; Password = "p" }
Device { Name = FileDev; Media Type = File; Archive Device = /var/bacula; LabelMedia = yes; Random Access = yes
  AutomaticMount = yes; RemovableMedia = no; AlwaysOpen = no
}
Messages { Name = Std; director = lab-dir = all }`;

const fileDaemon = `FileDaemon { Name = lab-fd; FDAddress = 127.0.0.1; FDport = 9102; WorkingDirectory = /var/lib/bacula
  Pid Directory = /run/bacula; Maximum Concurrent Jobs = 4; Plugin Directory = /usr/lib/bacula
}
Director { Name = lab-dir; Password = "p" }
Messages { Name = Standard; director = lab-dir = all, !skipped, !restored }`;
