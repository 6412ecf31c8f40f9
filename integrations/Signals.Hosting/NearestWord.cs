namespace Signals.Hosting;

/// <summary>Finds the word that somebody probably meant: the one with the fewest letters added, left out or changed. Pure.</summary>
internal static class NearestWord
{
    /// <summary>The question whether the nearest word was meant, after a space; empty when none is near.</summary>
    public static string Question(string text, IEnumerable<string> words) =>
        Find(text, words) is { } word ? $" Did you mean '{word}'?" : "";

    /// <summary>The nearest word; null when more than a third of the letters would have to change, and more than one.</summary>
    public static string? Find(string text, IEnumerable<string> words)
    {
        string? nearest = null;
        int least = Math.Max(1, text.Length / 3) + 1;
        foreach (string word in words)
        {
            int distance = Distance(text, word);
            if (distance < least)
            {
                (nearest, least) = (word, distance);
            }
        }

        return nearest;
    }

    /// <summary>How many letters have to be added, left out or changed (Levenshtein 1966).</summary>
    public static int Distance(string from, string to)
    {
        // Row by row: row[i] is the distance between the first i letters of one and so far all of the other.
        int[] row = [.. Enumerable.Range(0, from.Length + 1)];
        for (int column = 0; column < to.Length; column++)
        {
            int diagonal = row[0];
            row[0] = column + 1;
            for (int at = 1; at < row.Length; at++)
            {
                int changed = diagonal + (from[at - 1] == to[column] ? 0 : 1);
                diagonal = row[at];
                row[at] = Math.Min(changed, Math.Min(row[at], row[at - 1]) + 1);
            }
        }

        return row[^1];
    }
}
