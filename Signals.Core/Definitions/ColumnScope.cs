using Signals.Core.Columns;

namespace Signals.Core.Definitions;

/// <summary>
/// The columns that a definition can name: those of its event types and the outputs of its enrichers. A column has one type wherever it is,
/// or it cannot be named. For one thread, while a definition is validated.
/// </summary>
internal sealed class ColumnScope(DefinitionErrors errors)
{
    private const int MostNames = 32;

    private readonly Dictionary<string, Dictionary<string, ColumnType>> _byType = new(StringComparer.Ordinal);

    public IEnumerable<string> EventTypes => _byType.Keys;

    public void AddEventType(string eventType) => _byType.TryAdd(eventType, new Dictionary<string, ColumnType>(StringComparer.Ordinal));

    /// <summary>Adds a column; one that is there keeps its type.</summary>
    public void Add(string eventType, string column, ColumnType type) => _byType[eventType].TryAdd(column, type);

    public bool Has(string eventType) => _byType.ContainsKey(eventType);

    /// <summary>The type of a column of one event type, or of any; <c>null</c>, with an error, when there is none or it differs.</summary>
    public ColumnType? Find(JsonPath path, string column, string? eventType)
    {
        if (eventType is not null && !Has(eventType))
        {
            // That the event type is unknown has been reported.
            return null;
        }

        string? owner = null;
        ColumnType found = default;
        foreach ((string type, Dictionary<string, ColumnType> columns) in _byType)
        {
            if ((eventType is not null && type != eventType) || !columns.TryGetValue(column, out ColumnType here))
            {
                continue;
            }

            if (owner is not null && here != found)
            {
                errors.Add(path, $"the column '{column}' is {found} in '{owner}' and {here} in '{type}'; a definition cannot use it for both");
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
        string[] names = [.. _byType.Where(type => eventType is null || type.Key == eventType).SelectMany(type => type.Value.Keys).Distinct()];
        string where = eventType is null ? "the sources have" : $"'{eventType}' has";
        return $"{where}: {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? ", …" : "")}";
    }
}
