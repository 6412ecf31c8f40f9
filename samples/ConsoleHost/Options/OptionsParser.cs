using System.CommandLine;
using Signals.Tool;

namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Turns the command line into <see cref="HostOptions"/>, or says in one sentence what is wrong with it.</summary>
internal sealed class OptionsParser
{
    private readonly HostOptions _options;
    private readonly EventMapping _mapping;
    private readonly string[]? _types;
    private readonly string? _typeText;
    private readonly InputFormat? _format;

    private OptionsParser(HostSyntax syntax, ParseResult line)
    {
        string? preset = line.GetValue(syntax.Preset);
        _options = ReadRun(syntax, line) with { IsExport = preset == Presets.Export };
        _mapping = ReadMapping(syntax, line, preset is null or Presets.Export ? new EventMapping() : Presets.Find(preset));
        _types = Given(line, syntax.Types);
        _typeText = line.GetValue(syntax.Type);
        _format = line.GetValue(syntax.Format);
    }

    /// <summary>Reads <paramref name="arguments"/>. Throws <see cref="UsageException"/>.</summary>
    public static HostOptions Parse(IReadOnlyList<string> arguments)
    {
        HostSyntax syntax = new();
        ParseResult line = ProgramLine.Parse(syntax.Root, arguments, out string? error);
        return error is null ? Read(syntax, line) : throw new UsageException(error);
    }

    /// <summary>Reads a line that has no errors of its own. Throws <see cref="UsageException"/>.</summary>
    public static HostOptions Read(HostSyntax syntax, ParseResult line) => new OptionsParser(syntax, line).Finish();

    private static HostOptions ReadRun(HostSyntax syntax, ParseResult line)
    {
        HostOptions defaults = new();
        return new HostOptions
        {
            Emit = line.GetValue(syntax.Emit),
            Events = line.GetValue(syntax.Events),
            Rate = line.GetValue(syntax.Rate),
            Path = line.GetValue(syntax.Path),
            Keep = line.GetValue(syntax.Keep),
            Durability = line.GetResult(syntax.Durability) is null ? defaults.Durability : line.GetValue(syntax.Durability),
            Verify = line.GetValue(syntax.Verify),
            Input = line.GetValue(syntax.Input),
            SchemaOf = line.GetValue(syntax.SchemaOf),
            Source = line.GetValue(syntax.Source),
            ResetSource = line.GetValue(syntax.ResetSource),
            Seed = (ulong?)line.GetValue(syntax.Seed) ?? defaults.Seed,
            Users = (int?)line.GetValue(syntax.Users),
            Last = (int?)line.GetValue(syntax.Last) ?? defaults.Last,
            KeepLast = (int?)line.GetValue(syntax.KeepLast),
            MaxAgeDays = line.GetValue(syntax.MaxAge),
            WindowDays = line.GetValue(syntax.Window),
            UserShown = line.GetValue(syntax.UserShown),
        };
    }

    // What the line says goes before what the preset says.
    private static EventMapping ReadMapping(HostSyntax syntax, ParseResult line, EventMapping preset) => preset with
    {
        User = line.GetValue(syntax.User) ?? preset.User,
        Time = line.GetValue(syntax.Time) ?? preset.Time,
        TimeFormat = line.GetValue(syntax.TimeFormat) ?? preset.TimeFormat,
        Id = Given(line, syntax.Id) ?? preset.Id,
        Fields = Given(line, syntax.Fields) ?? preset.Fields,
    };

    // The parser has an empty array for an option that is not there.
    private static T[]? Given<T>(ParseResult line, Option<T[]> list) => line.GetValue(list) is { Length: > 0 } given ? given : null;

    private HostOptions Finish()
    {
        if (_options.Emit is not null && (_options.Verify || _options.Path is not null))
        {
            throw new UsageException("--emit writes frames and stores nothing, so it goes neither with --path nor with --verify");
        }
        if ((_options.Source is null && _options.ResetSource)
            || (_options.Source is not null && (_options.Input is null || _options.Path is null)))
        {
            throw new UsageException(
                "--source NAME goes with --input and --path, and --reset-source with --source: the store keeps the position");
        }
        if (_options.Input is null)
        {
            return _mapping == new EventMapping() && _typeText is null && _types is null && _format is null
                && _options is { IsExport: false, SchemaOf: null }
                ? _options
                : throw new UsageException("--format, --preset and the column options need --input FILE (or - for standard input)");
        }
        InputFormat format = _format ?? InferFormat(_options.Input);
        if (_options.SchemaOf is not null)
        {
            RequireNoSchema(format);
            return _options with { Format = format };
        }
        EventMapping mapping = _mapping with { Type = ReadType(format) };
        CheckNames("--field", mapping.Fields.Select(f => f.Name));
        CheckNames("--types", mapping.Type!.Names);
        if (format == InputFormat.Csv && !_options.IsExport && (mapping.User is null || mapping.Time is null))
        {
            throw new UsageException("a CSV file needs --user COLUMN and --time COLUMN (or a --preset)");
        }
        return _options with { Format = format, Mapping = mapping };
    }

    private void RequireNoSchema(InputFormat format)
    {
        if (format == InputFormat.Csv && !_options.IsExport)
        {
            throw new UsageException("--schema-of is for what signals export wrote: add --preset export");
        }
        if (_mapping != new EventMapping() || _typeText is not null || _types is not null
            || _options.KeepLast is not null || _options.MaxAgeDays is not null || _options.WindowDays is not null)
        {
            throw new UsageException(
                "--schema-of says what the events have and how long they stay; it goes with none of the options that say it, too");
        }
    }

    private EventTypeMapping ReadType(InputFormat format)
    {
        if (format != InputFormat.Csv || _options.IsExport)
        {
            return _types is null
                ? throw new UsageException(
                    "frames and exports name their event type: list the possible ones with --types A,B,C, "
                        + "or take those of a store with --schema-of DIR")
                : new EventTypeMapping(EventTypeSource.Column, null, _types);
        }
        if (_typeText is null)
        {
            return _mapping.Type ?? new EventTypeMapping(EventTypeSource.Constant, null, ["event"]);
        }
        if (_typeText.StartsWith('='))
        {
            return new EventTypeMapping(EventTypeSource.Constant, null, [_typeText[1..]]);
        }
        return _types is null
            ? throw new UsageException($"--type {_typeText} reads names from a column: list the possible ones with --types A,B,C")
            : new EventTypeMapping(EventTypeSource.Column, _typeText, _types);
    }

    private static void CheckNames(string option, IEnumerable<string> names)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (name.Length is 0 or > 128 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')))
            {
                throw new UsageException($"{option}: '{name}' is not a name: 1 to 128 of a-z A-Z 0-9 _ . -");
            }
            if (!seen.Add(name))
            {
                throw new UsageException($"{option}: '{name}' is there twice");
            }
        }
    }

    private static InputFormat InferFormat(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return System.IO.Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" => InputFormat.Csv,
            ".FRAMES" or ".MSGPACK" => InputFormat.Frames,
            ".JSONL" or ".NDJSON" => InputFormat.JsonLines,
            _ => throw new UsageException(
                $"--input {path}: the name does not say what it is; add --format csv, --format frames or --format jsonl"),
        };
    }
}
