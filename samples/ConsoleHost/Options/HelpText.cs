namespace Signals.Samples.ConsoleHost.Options;

/// <summary>What --help prints.</summary>
internal static class HelpText
{
    /// <summary>The whole text.</summary>
    public const string Text = """
        ConsoleHost: puts events into a Signals store, checks them, reports what it measured.

        Without --input it makes events: Zipf users in sessions, views, clicks and purchases,
        5 % late by up to 10 minutes, 1 % sent twice.

          --events N            events to make (default 1,000,000), or the most rows to read
          --rate N              events per second at most (default: as fast as the store takes them)
          --users N             users of the generator (default: one per 50 events)
          --seed N              seed of everything random (default 1)
          --path DIR            store folder (default: a temporary one, deleted at the end)
          --keep                leave the temporary folder behind
          --durability MODE     buffered (default), synced or inmemory
          --keep-last N         newest events kept per user and type
          --max-age DAYS        events older than this disappear
          --window DAYS         width of a time window (tables are cut and dropped by window)
          --verify              compare every user and field with a plain dictionary model,
                                then close, reopen and compare again
          --last N              events of the sequence shown at the end (default 10; 0 = none)
          --user-shown USER     whose sequence is shown: as printed, text:NAME, guid:GUID or id:HEX

        Reading events:
          --input FILE|-        CSV, MessagePack frames or JSON lines, plain or gzip; - is standard input
          --format csv|frames|jsonl
                                when the name (.csv, .frames, .msgpack, .jsonl, .ndjson, also .gz) does not say
          --preset NAME         online-retail or git-activity: the options below, ready made; export: a CSV
                                file of signals export
          --schema-of DIR       the event types and columns of this store, for what signals export wrote
          --source NAME         keep the position of the input in the store of --path under this name, and go on
                                there; another input under the name, or a shorter one, is refused
          --reset-source        let the source begin anew
          --user COLUMN         the user, as text
          --time COLUMN         the event time
          --time-format F       iso (default; also what databases, mail and git write; UTC where no zone
                                is given), unix-s, unix-ms, unix-us, unix-ns or a .NET pattern
          --type COLUMN|=NAME   the event type: from a column (with --types), or one for all rows
          --types A,B,C         the event types that the column, or the frames, can hold
          --id COL[,COL...]     columns hashed to the event id (default: all columns)
          --field NAME:KIND[=COLUMN]
                                a field; repeat it. Kinds: bool int8 uint8 int16 uint16 int32 uint32
                                int64 uint64 float16 float32 float64 text bytes int8[N] float16[N] float32[N]
          --emit NEW|-          write the events as MessagePack frames into a new file instead of storing them

        Exit codes:
          0 done   1 differences found   2 wrong option or column   3 input missing or unreadable
          4 store locked by another process   5 store corrupt   6 events refused or another failure
          7 the input ended without one event that was accepted
        """;
}
