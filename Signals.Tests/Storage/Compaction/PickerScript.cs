using System.Globalization;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Compaction;

/// <summary>
/// Runs a small script against the picker and gives its plans as text, one per line. Commands:
/// <c>options name=value...</c>, <c>keep type=T from=MS</c> (oldest kept time),
/// <c>run N [type=T] [window=MS] [time=MIN..MAX] size=BYTES [erased=USERS] [surplus=PERCENT] [columns=FILES [adds]]
/// [aside=1|2]</c>, <c>patches N [type=T] [window=MS] [time=MIN..MAX] size=BYTES [due=0] [aside=1|2]</c>, <c>pick [full]</c>, and
/// <c>drain [full]</c>: picks and merges (the output is as large as its inputs), or folds (patches go, each run of events of their
/// window gets a column file), until nothing is left to do.
/// </summary>
internal sealed class PickerScript
{
    private const int DrainLimit = 100;

    private readonly List<RunSummary> _runs = [];
    private readonly List<string> _plans = [];
    private readonly long[] _oldestKept = [.. Enumerable.Repeat(long.MinValue, 8)];
    private CompactionOptions _options = new() { SmallRunBytes = 0, WindowBytes = 0 };

    public static string Run(string script)
    {
        var run = new PickerScript();
        foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            run.Execute(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return string.Join('\n', run._plans);
    }

    private static Dictionary<string, string> Arguments(IEnumerable<string> words) =>
        words.Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "");

    private static long Number(Dictionary<string, string> arguments, string name, long otherwise) =>
        arguments.TryGetValue(name, out string? text) ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string Describe(CompactionWork? work) => work is null
        ? "none"
        : $"{work.Reason} type={work.EventType} window={work.WindowStart} tables={string.Join(",", work.Tables)} bytes={work.InputBytes}"
            + (work.Cuts is { Count: > 0 } ? $" cuts={string.Join(",", work.Cuts)}" : "");

    private void Execute(string[] words)
    {
        Dictionary<string, string> arguments = Arguments(words[1..]);
        switch (words[0])
        {
            case "options":
                _options = _options with
                {
                    MinRuns = (int)Number(arguments, "min-runs", _options.MinRuns),
                    MaxRuns = (int)Number(arguments, "max-runs", _options.MaxRuns),
                    SmallRunBytes = Number(arguments, "small", _options.SmallRunBytes),
                    WindowBytes = Number(arguments, "window-bytes", _options.WindowBytes),
                    MaxMergeBytes = Number(arguments, "max-bytes", _options.MaxMergeBytes),
                };
                _options.Validate();
                break;
            case "keep":
                _oldestKept[Number(arguments, "type", 0)] = Number(arguments, "from", 0);
                break;
            case "run":
                _runs.Add(ParseRun(ulong.Parse(words[1], CultureInfo.InvariantCulture), arguments));
                break;
            case "patches":
                _runs.Add(ParseRun(ulong.Parse(words[1], CultureInfo.InvariantCulture), arguments) with
                {
                    Kind = RunKind.Patches,
                    IsDue = Number(arguments, "due", 1) != 0,
                });
                break;
            case "pick":
                _plans.Add(Describe(Pick(arguments.ContainsKey("full"))));
                break;
            case "drain":
                Drain(arguments.ContainsKey("full"));
                break;
            default:
                throw new ArgumentException($"Unknown command '{words[0]}'.");
        }
    }

    private static RunSummary ParseRun(ulong number, Dictionary<string, string> arguments)
    {
        long window = Number(arguments, "window", 0);
        string[] times = arguments.TryGetValue("time", out string? text) ? text.Split("..") : [$"{window}", $"{window + 99}"];
        return new RunSummary
        {
            Number = number,
            EventType = (ushort)Number(arguments, "type", 0),
            Window = TimeSpan.FromMilliseconds(100),
            MinTime = long.Parse(times[0], CultureInfo.InvariantCulture),
            MaxTime = long.Parse(times[1], CultureInfo.InvariantCulture),
            Bytes = Number(arguments, "size", 1),
            ErasedUsers = (int)Number(arguments, "erased", 0),
            SurplusShare = Number(arguments, "surplus", 0) / 100.0,
            ColumnFiles = (int)Number(arguments, "columns", 0),
            ColumnFileOnlyAdds = arguments.ContainsKey("adds"),
            Aside = (RunRestriction)Number(arguments, "aside", 0),
        };
    }

    private CompactionWork? Pick(bool full) => CompactionPicker.Pick(_runs, _options, _oldestKept, full);

    private void Drain(bool full)
    {
        while (Pick(full) is CompactionWork work)
        {
            _plans.Add(Describe(work));
            Assert.That(_plans, Has.Count.LessThan(DrainLimit), "The picker never ends.");
            RunSummary[] inputs = [.. _runs.Where(run => work.Tables.Contains(run.Number))];
            _runs.RemoveAll(inputs.Contains);
            if (work.IsFold)
            {
                for (int i = 0; i < _runs.Count; i++)
                {
                    bool isFolded = _runs[i].Kind == RunKind.Events && _runs[i].WindowStart == work.WindowStart
                        && _runs[i].EventType == work.EventType;
                    _runs[i] = isFolded ? _runs[i] with { ColumnFiles = _runs[i].ColumnFiles + 1 } : _runs[i];
                }
            }
            else if (!work.IsDrop)
            {
                _runs.Add(inputs[0] with
                {
                    Number = inputs.Max(run => run.Number) + 100,
                    MinTime = Math.Max(work.OldestKeptMs, inputs.Min(run => run.MinTime)),
                    MaxTime = inputs.Max(run => run.MaxTime),
                    Bytes = work.InputBytes,
                    ErasedUsers = 0,
                    SurplusShare = 0,
                    ColumnFiles = 0,
                    IsSettled = work.Reason == CompactionReason.Full && work.Cuts is null,
                });
            }
        }

        _plans.Add($"left: {string.Join(",", _runs.Select(run => run.Number))}");
    }
}
