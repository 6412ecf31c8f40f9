using System.Text;
using Signals.Core.Definitions;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Tensors;
using Signals.Definitions;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>
/// What a definition makes of a user's events, as its documentation says it: over the whole history, row by row. Threads: one.
/// </summary>
internal sealed class NaiveSequence(SequenceDefinition definition, long nowMs)
{
    /// <summary>The rows of the answer in its order.</summary>
    /// <param name="visible">The user's events, newest first, equal times by type id and id.</param>
    public List<NaiveEvent> Choose(IEnumerable<NaiveEvent> visible)
    {
        List<NaiveEvent> candidates = Candidates(visible);
        List<NaiveEvent> chosen = definition.Mix.Count == 0 ? [.. candidates.Take(definition.Size.Value)] : Mix(candidates);
        if (definition.Order == SequenceOrder.OldestFirst)
        {
            chosen.Reverse();
        }

        return chosen;
    }

    public static bool Holds(Predicate? predicate, NaiveEvent row) => predicate switch
    {
        null => true,
        AllPredicate all => all.Predicates.All(one => Holds(one, row)),
        AnyPredicate any => any.Predicates.Any(one => Holds(one, row)),
        NotPredicate not => !Holds(not.Predicate, row),
        StatePredicate state => row[state.Column].State == state.State,
        SetPredicate set => row[set.Column] is { Has: true } cell
            && set.Values.Any(one => NaiveNumber.AreEqual(cell.Value!, NaiveNumber.Of(one))),
        RangePredicate range => row[range.Column] is { Has: true } cell && !NaiveNumber.IsNaN(cell.Value!)
            && NaiveNumber.Compare(cell.Value!, NaiveNumber.Of(range.Low.Value)) >= 0
            && NaiveNumber.Compare(cell.Value!, NaiveNumber.Of(range.High.Value)) <= 0,
        ComparisonPredicate comparison => row[comparison.Column] is { Has: true } cell
            && Compares(cell.Value!, comparison.Operator, NaiveNumber.Of(comparison.Value.Value)),
        HostPredicate<int> host => row[host.Column] is { Has: true } cell && host.Test((int)cell.Value!),
        FilterPredicate => EvenFilter.Keeps(row),
        _ => throw new NotSupportedException(predicate.GetType().Name),
    };

    /// <summary>The elements of one tensor of a row.</summary>
    public byte[] Tensor(TensorDefinition tensor, List<NaiveEvent> chosen, int row, Func<string, ColumnType> typeOf)
    {
        List<byte> bytes = [];
        foreach (object element in tensor.Features.SelectMany(feature => Elements(feature, chosen, row, typeOf)))
        {
            bytes.AddRange(NaiveNumber.Element(element, tensor.Type));
        }

        return [.. bytes];
    }

    private static bool Compares(object value, ComparisonOperator op, object literal)
    {
        if (op is ComparisonOperator.Equal or ComparisonOperator.NotEqual)
        {
            return NaiveNumber.AreEqual(value, literal) == (op == ComparisonOperator.Equal);
        }

        if (NaiveNumber.IsNaN(value))
        {
            return false;
        }

        int order = NaiveNumber.Compare(value, literal);
        return op switch
        {
            ComparisonOperator.LessThan => order < 0,
            ComparisonOperator.AtMost => order <= 0,
            ComparisonOperator.GreaterThan => order > 0,
            _ => order >= 0,
        };
    }

    private List<NaiveEvent> Candidates(IEnumerable<NaiveEvent> visible)
    {
        List<NaiveEvent> candidates = [];
        Dictionary<string, int> left = definition.FromClauses.ToDictionary(clause => clause.EventType, clause => clause.Count.Value);
        HashSet<string> taken = [];
        foreach (NaiveEvent row in visible)
        {
            FromClause? clause = definition.FromClauses.FirstOrDefault(one => one.EventType == row.Type);
            if (clause is null
                || (clause.Window is { } window && row.Time < nowMs - (long)window.Value.TotalMilliseconds)
                || !Holds(definition.Where, row)
                || !Holds(clause.Where, row)
                || left[row.Type] == 0
                || (KeyOf(row) is { } key && !taken.Add(key)))
            {
                continue;
            }

            left[row.Type]--;
            candidates.Add(row);
        }

        return candidates;
    }

    private string? KeyOf(NaiveEvent row)
    {
        if (definition.Dedup is not { } dedup || dedup.Columns.Any(column => !row[column].Has))
        {
            return null;
        }

        string key = string.Join('|', dedup.Columns.Select(column => row[column].Value switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            string text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
            bool flag => flag ? "1" : "0",
            object number when NaiveNumber.IsNaN(number) => "nan",
            object number when NaiveNumber.AsDouble(number) == 0 => "zero",
            object number => FormattableString.Invariant($"{number:R}"),
            null => "",
        }));
        return dedup.Scope == DedupScope.PerType ? $"{row.Type}|{key}" : key;
    }

    private List<NaiveEvent> Mix(List<NaiveEvent> candidates)
    {
        int size = definition.Size.Value;
        QuotaRule[] quotas = [.. definition.Mix.OfType<QuotaRule>()];
        StreakLimitRule[] limits = [.. definition.Mix.OfType<StreakLimitRule>()];
        HashSet<NaiveEvent> reserved = new(ReferenceEqualityComparer.Instance);
        foreach (QuotaRule quota in quotas)
        {
            reserved.UnionWith(candidates.Where(row => quota.EventTypes.Contains(row.Type)).Take(quota.MinimumRows(size)));
        }

        int free = size - reserved.Count;
        List<NaiveEvent> chosen = [];
        foreach (NaiveEvent row in candidates)
        {
            bool isReserved = reserved.Contains(row);
            bool overQuota = quotas.Any(quota => quota.EventTypes.Contains(row.Type)
                && chosen.Count(one => quota.EventTypes.Contains(one.Type)) >= quota.MaximumRows(size));
            bool overRun = limits.Any(limit => limit.EventTypes.Contains(row.Type)
                && chosen.Count >= limit.Maximum.Value
                && chosen.TakeLast(limit.Maximum.Value).All(one => limit.EventTypes.Contains(one.Type)));
            if (isReserved || (free > 0 && !overQuota && !overRun))
            {
                free -= isReserved ? 0 : 1;
                chosen.Add(row);
            }
        }

        return chosen;
    }

    private IEnumerable<object> Elements(Feature feature, List<NaiveEvent> chosen, int index, Func<string, ColumnType> typeOf)
    {
        NaiveEvent row = chosen[index];
        bool oldestFirst = definition.Order == SequenceOrder.OldestFirst;
        int older = oldestFirst ? index - 1 : index + 1;
        return feature switch
        {
            ColumnFeature column => Column(column, row[column.Column], typeOf(column.Column)),
            CategoryFeature category => Category(category, row),
            EventTypeFeature { Encoding: CategoryEncoding.Index } => [(long)PositionOf(row.Type) + 1],
            EventTypeFeature => definition.FromClauses.Select(clause => (object)(clause.EventType == row.Type ? 1L : 0L)),
            PresenceFeature presence => [row[presence.Column].Has ? 1L : 0L],
            PositionFeature => [(long)(oldestFirst ? chosen.Count - 1 - index : index)],
            TimeFeature time => [Unit(row.Time, time.Unit, null)],
            AgeFeature age => [Unit(nowMs - row.Time, age.Unit, age.Scaling)],
            GapFeature gap => [Unit(older >= 0 && older < chosen.Count ? row.Time - chosen[older].Time : 0, gap.Unit, gap.Scaling)],
            _ => throw new NotSupportedException(feature.GetType().Name),
        };
    }

    private int PositionOf(string type) => definition.FromClauses.Select(clause => clause.EventType).ToList().IndexOf(type);

    private static object Unit(long milliseconds, TimeUnit unit, Scaling? scaling)
    {
        double divisor = unit switch
        {
            TimeUnit.Milliseconds => 1,
            TimeUnit.Seconds => 1000,
            TimeUnit.Minutes => 60_000,
            TimeUnit.Hours => 3_600_000,
            _ => 86_400_000,
        };
        return unit == TimeUnit.Milliseconds && scaling is null ? milliseconds
            : scaling is null ? milliseconds / divisor
            : scaling.Apply(milliseconds / divisor);
    }

    private static IEnumerable<object> Column(ColumnFeature feature, NaiveCell cell, ColumnType type)
    {
        object fallback = feature.Default is { } literal ? NaiveNumber.Of(literal) : 0L;
        IEnumerable<object> values = !cell.Has ? Enumerable.Repeat(fallback, type.Dimensions)
            : cell.Value is Array vector ? vector.Cast<object>()
            : [cell.Value!];
        return feature.Scaling is { } scaling ? values.Select(value => (object)scaling.Apply(NaiveNumber.AsDouble(value))) : values;
    }

    private static IEnumerable<object> Category(CategoryFeature feature, NaiveEvent row)
    {
        long[] elements = new long[feature.Width];
        foreach (string column in feature.Columns)
        {
            if (!row[column].Has)
            {
                continue;
            }

            int place = feature.Categories.ToList().FindIndex(one => NaiveNumber.AreEqual(row[column].Value!, NaiveNumber.Of(one)));
            place = place < 0 && feature.HasOther ? feature.Categories.Count : place;
            if (place >= 0)
            {
                elements[feature.Encoding == CategoryEncoding.Index ? 0 : place] =
                    feature.Encoding == CategoryEncoding.Index ? place + 1 : 1;
            }
        }

        return elements.Cast<object>();
    }
}
