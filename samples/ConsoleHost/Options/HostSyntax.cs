using System.CommandLine;
using Signals.Tool;

namespace Signals.Samples.ConsoleHost.Options;

/// <summary>The options of the program, in the order of help. Immutable once made; for one command line.</summary>
internal sealed class HostSyntax
{
    private const int MaxSourceBytes = 256;

    private const string Description = """
        Puts events into a Signals store, checks them, and reports what it measured. Without --input it makes events: Zipf users in
        sessions, views, clicks and purchases, 5 % late by up to 10 minutes, 1 % sent twice.

        Exit codes:
          0 done   1 differences found   2 wrong option or column   3 input missing or unreadable
          4 store locked by another process   5 store corrupt   6 events refused or another failure
          7 the input ended without one event that was accepted
        """;

    /// <summary>The line that has only options.</summary>
    /// <param name="width">How long lines of help may be.</param>
    public HostSyntax(int width = 140)
    {
        Root = ProgramLine.CreateRoot("ConsoleHost", Description, width);
        Option[] options =
        [
            Events, Rate, Users, Seed, Path, Keep, Durability, KeepLast, MaxAge, Window, Verify, Last, UserShown,
            Input, Format, Preset, SchemaOf, Source, ResetSource, User, Time, TimeFormat, Type, Types, Id, Fields, Emit,
        ];
        Array.ForEach(options, Root.Add);
    }

    public RootCommand Root { get; }

    public Option<long?> Events { get; } = OptionSyntax.Integer(
        "--events", 1, 1_000_000_000_000, "Events to make (1,000,000 by default), or the most rows to read.");

    public Option<long?> Rate { get; } = OptionSyntax.Integer(
        "--rate", 1, 1_000_000_000, "Events per second at most; as fast as the store takes them by default.");

    public Option<long?> Users { get; } = OptionSyntax.Integer(
        "--users", 1, 1_000_000_000, "Users of the generator; one per 50 events by default.");

    public Option<long?> Seed { get; } = OptionSyntax.Integer("--seed", 0, long.MaxValue, "Seed of everything random; 1 by default.");

    public Option<string?> Path { get; } = OptionSyntax.Text(
        "--path", "DIR", "The store's folder; a temporary one, deleted at the end, by default.");

    public Option<bool> Keep { get; } = OptionSyntax.Flag("--keep", "Leave the temporary folder behind.");

    public Option<Durability> Durability { get; } = OptionSyntax.Value(
        "--durability", "MODE", "buffered (the default), synced or inmemory.", ReadDurability);

    public Option<long?> KeepLast { get; } = OptionSyntax.Integer(
        "--keep-last", 1, int.MaxValue, "Newest events kept per user and type.");

    public Option<double?> MaxAge { get; } = OptionSyntax.Days("--max-age", 365_000, "Events older than this disappear.");

    public Option<double?> Window { get; } = OptionSyntax.Days(
        "--window", 3650, "Width of a time window: tables are cut and dropped by window.");

    public Option<bool> Verify { get; } = OptionSyntax.Flag(
        "--verify", "Compare every user and field with a plain dictionary model, then close, reopen and compare again.");

    public Option<long?> Last { get; } = OptionSyntax.Integer(
        "--last", 0, 1_000_000, "Events of the sequence shown at the end; 10 by default, 0 for none.");

    public Option<string?> UserShown { get; } = OptionSyntax.Value(
        "--user-shown", "USER", "Whose sequence is shown: as printed, text:NAME, guid:GUID or id:HEX.", ReadUser);

    public Option<string?> Input { get; } = OptionSyntax.Text(
        "--input", "FILE|-", "CSV, MessagePack frames or JSON lines to read, plain or gzip; - is standard input.");

    public Option<InputFormat?> Format { get; } = OptionSyntax.Value(
        "--format", "csv|frames|jsonl", "The format, when the name (.csv, .frames, .msgpack, .jsonl, .ndjson, also .gz) does not say.",
        ReadFormat);

    public Option<string?> Preset { get; } = OptionSyntax.Value(
        "--preset", "NAME",
        "online-retail or git-activity: the options below, ready made; export: a CSV file of signals export.", ReadPreset);

    public Option<string?> SchemaOf { get; } = OptionSyntax.Text(
        "--schema-of", "DIR", "The event types and columns of this store, for what signals export wrote.");

    public Option<string?> Source { get; } = OptionSyntax.Value(
        "--source", "NAME",
        "Keep the position of the input in the store of --path under this name, and go on there; another input under the name, or a "
            + "shorter one, is refused.",
        ReadSource);

    public Option<bool> ResetSource { get; } = OptionSyntax.Flag("--reset-source", "Let the source begin anew.");

    public Option<string?> User { get; } = OptionSyntax.Text("--user", "COLUMN", "The user, as text.");

    public Option<string?> Time { get; } = OptionSyntax.Text("--time", "COLUMN", "The event time.");

    public Option<string?> TimeFormat { get; } = OptionSyntax.Text(
        "--time-format", "F",
        "iso (the default; also what databases, mail and git write; UTC where no zone is given), unix-s, unix-ms, unix-us, unix-ns or a "
            + ".NET pattern.");

    public Option<string?> Type { get; } = OptionSyntax.Text(
        "--type", "COLUMN|=NAME", "The event type: from a column (with --types), or one for all rows.");

    public Option<string[]> Types { get; } = OptionSyntax.List(
        "--types", "A,B,C", "The event types that the column, or the frames, can hold.");

    public Option<string[]> Id { get; } = OptionSyntax.List(
        "--id", "COL,...", "Columns hashed to the event id; all columns by default.");

    public Option<FieldMapping[]> Fields { get; } = new("--field")
    {
        Description = $"A field; repeat it. Kinds: {FieldKindNames.All}.",
        HelpName = "NAME:KIND[=COLUMN]",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => OptionSyntax.Read(result, "--field", token.Value, FieldMapping.Parse))],
    };

    public Option<string?> Emit { get; } = OptionSyntax.Text(
        "--emit", "NEW|-", "Write the events as MessagePack frames into a new file instead of storing them.");

    private static Durability ReadDurability(string text) => text switch
    {
        "inmemory" => Signals.Durability.InMemory,
        "buffered" => Signals.Durability.Buffered,
        "synced" => Signals.Durability.Synced,
        _ => throw new UsageException($"--durability: '{text}' is not buffered, synced or inmemory"),
    };

    private static InputFormat? ReadFormat(string text) => text switch
    {
        "csv" => InputFormat.Csv,
        "frames" => InputFormat.Frames,
        "jsonl" => InputFormat.JsonLines,
        _ => throw new UsageException($"--format: '{text}' is not csv, frames or jsonl"),
    };

    private static string? ReadPreset(string name)
    {
        _ = name == Presets.Export ? null : Presets.Find(name);
        return name;
    }

    private static string? ReadUser(string text)
    {
        try
        {
            UserReference.Parse(text);
            return text;
        }
        catch (FormatException refusal)
        {
            throw new UsageException($"--user-shown: {refusal.Message}");
        }
    }

    private static string? ReadSource(string text) => System.Text.Encoding.UTF8.GetByteCount(text) <= MaxSourceBytes
        ? text
        : throw new UsageException($"--source: the name takes more than {MaxSourceBytes} bytes");
}
