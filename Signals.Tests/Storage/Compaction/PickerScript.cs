using System.Globalization;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Compaction;

/// <summary>
/// Runs a small script against the picker and gives its plans as text, one per line. Commands:
/// <c>options name=value...</c>, <c>keep type=T from=MS</c> (oldest kept time),
/// <c>run N [type=T] [window=MS] [time=MIN..MAX] size=BYTES [erased=USERS] [surplus=PERCENT] [columns=FILES]</c>,
/// <c>patches N [type=T] [window=MS] [time=MIN..MAX] size=BYTES [due=0]</c>, <c>pick [full]</c>, and
/// <c>drain [full]</c>: picks and merges (the output is as large as its inputs), or folds (patches go, each run of events of their
/// window gets a column file), until nothing is left to do.
/// </summary>
internal sealed class PickerScript
{
    private const int DrainLimit = 100;

    private readonly List<CompactionRun> _runs = [];
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

    private static string Describe(CompactionPlan? plan) => plan is null
        ? "none"
        : $"{plan.Reason} type={plan.EventType} window={plan.WindowStart} tables={string.Join(",", plan.Tables)} bytes={plan.InputBytes}"
            + (plan.Cuts is { Count: > 0 } ? $" cuts={string.Join(",", plan.Cuts)}" : "");

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

    private static CompactionRun ParseRun(ulong number, Dictionary<string, string> arguments)
    {
        long window = Number(arguments, "window", 0);
        string[] times = arguments.TryGetValue("time", out string? text) ? text.Split("..") : [$"{window}", $"{window + 99}"];
        return new CompactionRun
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
        };
    }

    private CompactionPlan? Pick(bool full) => CompactionPicker.Pick(_runs, _options, _oldestKept, full);

    private void Drain(bool full)
    {
        while (Pick(full) is CompactionPlan plan)
        {
            _plans.Add(Describe(plan));
            Assert.That(_plans, Has.Count.LessThan(DrainLimit), "The picker never ends.");
            CompactionRun[] inputs = [.. _runs.Where(run => plan.Tables.Contains(run.Number))];
            _runs.RemoveAll(inputs.Contains);
            if (plan.IsFold)
            {
                for (int i = 0; i < _runs.Count; i++)
                {
                    bool isFolded = _runs[i].Kind == RunKind.Events && _runs[i].WindowStart == plan.WindowStart && _runs[i].EventType == plan.EventType;
                    _runs[i] = isFolded ? _runs[i] with { ColumnFiles = _runs[i].ColumnFiles + 1 } : _runs[i];
                }
            }
            else if (!plan.IsDrop)
            {
                _runs.Add(inputs[0] with
                {
                    Number = inputs.Max(run => run.Number) + 100,
                    MinTime = Math.Max(plan.OldestKeptMs, inputs.Min(run => run.MinTime)),
                    MaxTime = inputs.Max(run => run.MaxTime),
                    Bytes = plan.InputBytes,
                    ErasedUsers = 0,
                    SurplusShare = 0,
                    ColumnFiles = 0,
                    IsSettled = plan.Reason == CompactionReason.Full && plan.Cuts is null,
                });
            }
        }

        _plans.Add($"left: {string.Join(",", _runs.Select(run => run.Number))}");
    }
}
