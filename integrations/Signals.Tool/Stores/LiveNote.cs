using System.Globalization;

namespace Signals.Tool.Stores;

/// <summary>Says that a process has the store open that was looked at, and how far behind it the answer is.</summary>
internal static class LiveNote
{
    /// <summary>Writes a line to the messages; nothing when nobody has the store open.</summary>
    public static void Write(ToolContext context, ReadOnlyStore store)
    {
        ReadOnlyLag lag = store.MeasureLag();
        if (lag.Writer is null)
        {
            return;
        }

        string log = lag.HasLog ? "" : "; it keeps no log, so what it has not flushed is not seen";
        context.Messages.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{lag.Writer} has the store open; this is its state at position {lag.Position}, "
                + $"{lag.Age.TotalSeconds:F1} s old, {Count.Bytes(lag.BytesBehind)} of records behind{log}"));
    }
}
