using System.Globalization;
using System.Text;

namespace Signals.Serving;

/// <summary>
/// Records what each stage of a read did. Pass it to a read, then print it: <see cref="ToString"/> gives a table for a terminal.
/// </summary>
/// <remarks>Thread contract: one read at a time. Reads without a trace pay nothing for it.</remarks>
public sealed class ReadTrace
{
    private readonly List<TraceStage> _stages = [];

    /// <summary>
    /// The stages in the order in which they ran. A stage that ran again, because more rows were needed, is listed again.
    /// </summary>
    public IReadOnlyList<TraceStage> Stages => _stages;

    /// <summary>The microseconds of all stages together.</summary>
    public double TotalMicroseconds => _stages.Sum(stage => stage.Microseconds);

    /// <summary>Removes everything that was recorded.</summary>
    public void Clear() => _stages.Clear();

    /// <summary>One line per stage: rows in, rows out, bytes, microseconds.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        CultureInfo plain = CultureInfo.InvariantCulture;
        text.AppendLine(plain, $"{"stage",-12}{"rows in",10}{"rows out",10}{"bytes",12}{"us",10}");
        foreach (TraceStage stage in _stages)
        {
            string note = stage.Note.Length == 0 ? "" : "  " + stage.Note;
            text.AppendLine(
                plain,
                $"{stage.Name,-12}{stage.RowsIn,10}{stage.RowsOut,10}{stage.Bytes,12}{stage.Microseconds,10:F1}{note}");
        }

        text.Append(plain, $"{"total",-12}{"",32}{TotalMicroseconds,10:F1}");
        return text.ToString();
    }

    internal void Add(in TraceStage stage) => _stages.Add(stage);
}
