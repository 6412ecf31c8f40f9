using Signals.Core.Definitions.Values;

namespace Signals.Core.Definitions.Checks;

/// <summary>
/// The columns that a definition can name: those of its event types and the outputs of its enrichers. A column that has different
/// types in different event types cannot be named for both. Used by one thread, while a definition is validated.
/// </summary>
internal sealed class ColumnScope(DefinitionErrors errors)
{
    private const int MostNames = 32;

    private readonly Dictionary<string, Dictionary<string, ColumnType>> _byType = new(StringComparer.Ordinal);

    // Former names, which are found but not listed.
    private readonly Dictionary<(string EventType, string Name), ColumnType> _former = [];

    public IEnumerable<string> EventTypes => _byType.Keys;

    public void AddEventType(string eventType) => _byType.TryAdd(eventType, new Dictionary<string, ColumnType>(StringComparer.Ordinal));

    /// <summary>Adds a column. A column that exists already keeps its type.</summary>
    public void Add(string eventType, string column, ColumnType type) => _byType[eventType].TryAdd(column, type);

    /// <summary>Adds the names that a column had before.</summary>
    public void AddFormer(string eventType, ColumnSchema column)
    {
        foreach (string name in column.FormerNames)
        {
            _former[(eventType, name)] = column.Type;
        }
    }

    /// <summary>Forgets the former names of a column, which a definition can then use by its current name only.</summary>
    public void RemoveFormer(string eventType, ColumnSchema column)
    {
        foreach (string name in column.FormerNames)
        {
            _former.Remove((eventType, name));
        }
    }

    public bool Has(string eventType) => _byType.ContainsKey(eventType);

    /// <summary>
    /// The type of a column in one event type, or in all of them when <paramref name="eventType"/> is <c>null</c>. Returns
    /// <c>null</c> and adds an error when there is no such column, or its types differ.
    /// </summary>
    public ColumnType? Find(JsonPath path, string column, string? eventType)
    {
        if (eventType is not null && !Has(eventType))
        {
            // An error for the unknown event type has been added already.
            return null;
        }

        string? owner = null;
        ColumnType found = default;
        foreach ((string type, Dictionary<string, ColumnType> columns) in _byType)
        {
            if ((eventType is not null && type != eventType)
                || !(columns.TryGetValue(column, out ColumnType here) || _former.TryGetValue((type, column), out here)))
            {
                continue;
            }

            if (owner is not null && here != found)
            {
                errors.Add(
                    path,
                    $"the column '{column}' is {found} in '{owner}' and {here} in '{type}'; a definition cannot use it for both");
                return null;
            }

            owner = type;
            found = here;
        }

        if (owner is null && _byType.Count > 0)
        {
            errors.Add(path, $"unknown column '{JsonPath.Quoted(column)}'; {Known(eventType)}");
        }

        return owner is null ? null : found;
    }

    private string Known(string? eventType)
    {
        string[] names =
        [
            .. _byType.Where(type => eventType is null || type.Key == eventType).SelectMany(type => type.Value.Keys).Distinct(),
        ];
        string where = eventType is null ? "the sources have" : $"'{eventType}' has";
        return $"{where}: {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? ", …" : "")}";
    }
}
