namespace Signals.Samples.ConsoleHost.Options;

/// <summary>Turns the command line into <see cref="HostOptions"/>, or says in one sentence what is wrong with it.</summary>
internal sealed class OptionsParser
{
    private const int MaxSourceBytes = 256;

    private readonly OptionReader _reader;
    private readonly List<FieldMapping> _fields = [];
    private HostOptions _options = new();
    private EventMapping _mapping = new();
    private string[]? _types;
    private string? _typeText;
    private InputFormat? _format;

    private OptionsParser(IReadOnlyList<string> arguments) => _reader = new OptionReader(arguments);

    /// <summary>Reads <paramref name="arguments"/>. Throws <see cref="UsageException"/>.</summary>
    public static HostOptions Parse(IReadOnlyList<string> arguments)
    {
        OptionsParser parser = new(arguments);
        while (parser._reader.TryNext())
        {
            if (!parser.ReadRunOption() && !parser.ReadMappingOption())
            {
                throw new UsageException($"there is no option {parser._reader.Option}");
            }
        }
        return parser._options.ShowHelp ? parser._options : parser.Finish();
    }

    private bool ReadRunOption()
    {
        HostOptions o = _options;
        HostOptions? read = _reader.Option switch
        {
            "--help" or "-h" or "-?" => o with { ShowHelp = true },
            "--emit" => o with { Emit = _reader.Text() },
            "--events" => o with { Events = _reader.Integer(1, 1_000_000_000_000) },
            "--rate" => o with { Rate = _reader.Integer(1, 1_000_000_000) },
            "--path" => o with { Path = _reader.Text() },
            "--keep" => o with { Keep = true },
            "--durability" => o with { Durability = ReadDurability(_reader.Text()) },
            "--verify" => o with { Verify = true },
            "--input" => o with { Input = _reader.Text() },
            "--source" => o with { Source = ReadSource(_reader.Text()) },
            "--reset-source" => o with { ResetSource = true },
            "--seed" => o with { Seed = (ulong)_reader.Integer(0, long.MaxValue) },
            "--users" => o with { Users = (int)_reader.Integer(1, 1_000_000_000) },
            "--last" => o with { Last = (int)_reader.Integer(0, 1_000_000) },
            "--keep-last" => o with { KeepLast = (int)_reader.Integer(1, int.MaxValue) },
            "--max-age" => o with { MaxAgeDays = _reader.Days(365_000) },
            "--window" => o with { WindowDays = _reader.Days(3650) },
            "--user-shown" => o with { UserShown = ReadUser(_reader.Text()) },
            _ => null,
        };
        _options = read ?? o;
        return read is not null;
    }

    private bool ReadMappingOption()
    {
        switch (_reader.Option)
        {
            case "--format": _format = ReadFormat(_reader.Text()); return true;
            case "--preset": ReadPreset(_reader.Text()); return true;
            case "--schema-of": _options = _options with { SchemaOf = _reader.Text() }; return true;
            case "--user": _mapping = _mapping with { User = _reader.Text() }; return true;
            case "--time": _mapping = _mapping with { Time = _reader.Text() }; return true;
            case "--time-format": _mapping = _mapping with { TimeFormat = _reader.Text() }; return true;
            case "--id": _mapping = _mapping with { Id = _reader.List() }; return true;
            case "--type": _typeText = _reader.Text(); return true;
            case "--types": _types = _reader.List(); return true;
            case "--field": _fields.Add(ReadField(_reader.Text())); return true;
            default: return false;
        }
    }

    private void ReadPreset(string name)
    {
        _options = _options with { IsExport = name == Presets.Export };
        _mapping = _options.IsExport ? _mapping : Presets.Find(name);
    }

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
            return _mapping == new EventMapping() && _fields.Count == 0 && _typeText is null && _types is null && _format is null
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
        EventMapping mapping = _mapping with
        {
            Type = ReadType(format),
            Fields = _fields.Count > 0 ? _fields : _mapping.Fields,
        };
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
        if (_mapping != new EventMapping() || _fields.Count > 0 || _typeText is not null || _types is not null
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

    private static FieldMapping ReadField(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string kindWord = colon < 0 ? "" : text[(colon + 1)..(equals < 0 ? text.Length : Math.Max(equals, colon + 1))];
        if (colon <= 0 || !FieldKindNames.TryParse(kindWord, out ColumnKind kind, out int dimensions))
        {
            throw new UsageException($"--field '{text}' is not NAME:KIND[=COLUMN]; kinds are {FieldKindNames.All}");
        }
        string name = text[..colon];
        return new FieldMapping(name, kind, dimensions, equals < 0 ? name : text[(equals + 1)..]);
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

    private static Durability ReadDurability(string text) => text switch
    {
        "inmemory" => Durability.InMemory,
        "buffered" => Durability.Buffered,
        "synced" => Durability.Synced,
        _ => throw new UsageException($"--durability: '{text}' is not buffered, synced or inmemory"),
    };

    private static string ReadUser(string text)
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

    private static string ReadSource(string text) => System.Text.Encoding.UTF8.GetByteCount(text) <= MaxSourceBytes
        ? text
        : throw new UsageException($"--source: the name takes more than {MaxSourceBytes} bytes");

    private static InputFormat ReadFormat(string text) => text switch
    {
        "csv" => InputFormat.Csv,
        "frames" => InputFormat.Frames,
        "jsonl" => InputFormat.JsonLines,
        _ => throw new UsageException($"--format: '{text}' is not csv, frames or jsonl"),
    };

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
