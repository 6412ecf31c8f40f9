using Signals.Core.Enrichment;
using Signals.Enrichment;

namespace Signals.Storage.Indexing;

/// <summary>
/// Turns the outputs of enrichers into cells of the same events: the key and the filled columns, nothing else. Holds no state;
/// any thread.
/// </summary>
internal static class ResultRows
{
    /// <summary>For each output of a signature, the index of its column in an event type.</summary>
    public static int[] Columns(EnrichmentSignature signature, EventTypeSchema eventType) =>
        [.. signature.Outputs.Select(output => eventType.IndexOf(output.Name))];

    /// <summary>Whether an enricher has set any output of a row.</summary>
    public static bool HasAny(EnrichmentBatch result, int row)
    {
        foreach (OutputRows output in result.Outputs)
        {
            if (output.RowStates[row] != (byte)ColumnState.Absent)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sets the filled outputs of a row.</summary>
    /// <returns>About how many bytes were set.</returns>
    public static int Copy(EnrichmentBatch result, int row, ReadOnlySpan<int> columns, EventRow destination)
    {
        int bytes = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            OutputRows output = result.Outputs[i];
            if (output.RowStates[row] != (byte)ColumnState.Absent)
            {
                destination.Copy(columns[i], output, row);
                bytes += output.GetValue(row).Length + 1;
            }
        }

        return bytes;
    }
}
