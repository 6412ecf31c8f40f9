using Microsoft.CodeAnalysis;

namespace Signals.Generators;

/// <summary>
/// Divides the properties of an event into its identity and its columns, and reports what fits neither. For one thread and one
/// type.
/// </summary>
internal sealed class PropertyReader(INamedTypeSymbol type, SourcePlace place, List<Finding> findings)
{
    private const string UserType = "Signals.UserId";
    private const string TimeType = "System.DateTimeOffset";

    private readonly List<ColumnModel> _columns = [];

    public string User { get; private set; } = "";

    public string Time { get; private set; } = "";

    public bool IsTimeInMs { get; private set; }

    public string Id { get; private set; } = "";

    public IReadOnlyList<ColumnModel> Columns => _columns;

    /// <summary>False when a property's type does not exist, which the compiler reports itself.</summary>
    public bool IsComplete { get; private set; } = true;

    public void Read()
    {
        foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>())
        {
            if (IsCandidate(property) && !TryIdentity(property))
            {
                ReadColumn(property);
            }
        }

        CheckIdentity();
        CheckNames();
    }

    private bool IsCandidate(IPropertySymbol property)
    {
        if (property.IsStatic || property.IsIndexer || property.ExplicitInterfaceImplementations.Length > 0)
        {
            return false;
        }

        bool isMarked = property.GetAttributes().Any(attribute => Attributes.IsOfColumn(attribute));
        if (Attributes.Find(property, Attributes.NotStored) is not null)
        {
            if (isMarked || property.IsRequired)
            {
                Report(property, Rules.NotSettable, isMarked
                    ? "is not stored, but has attributes of a column; remove the one or the other"
                    : "is required, but not stored, so no event that is read could have it; make it optional");
            }

            return false;
        }

        if (property.DeclaredAccessibility != Accessibility.Public)
        {
            if (isMarked)
            {
                Report(property, Rules.NotSettable, "has attributes of a column, but is not public; make it public");
            }

            return false;
        }

        if (property.GetMethod is not null && property.SetMethod is not null)
        {
            return true;
        }

        if (isMarked || IsAutomatic(property) || property.GetMethod is null)
        {
            Report(property, Rules.NotSettable, property.GetMethod is null
                ? "has no getter; add one, or add [NotStored]"
                : "has neither init nor set, so no event that is read could have it; add 'init;', or add [NotStored]");
        }

        return false; // a computed property
    }

    // The compiler stores an automatic property in a field of its own.
    private bool IsAutomatic(IPropertySymbol property) => type.GetMembers().OfType<IFieldSymbol>()
        .Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private bool TryIdentity(IPropertySymbol property)
    {
        string name = property.Name;
        string typeName = property.Type.ToDisplayString();
        bool isUser = typeName == UserType;
        bool isTime = name == "Time" || name == "TimeMs";
        if (!isUser && !isTime && name != "Id")
        {
            return false;
        }

        string expected = isUser ? UserType : name switch { "Time" => TimeType, "TimeMs" => "long", _ => "ulong" };
        if (property.Type.TypeKind == TypeKind.Error)
        {
            IsComplete = false;
        }
        else if (typeName != expected)
        {
            Report(place: SourcePlace.Of(property), $"has a property '{name}' of type {typeName}; it must be {expected}");
        }
        else if ((isUser ? User : isTime ? Time : Id).Length > 0)
        {
            Report(SourcePlace.Of(property), isUser
                ? $"has several properties of type UserId; store the others as numbers or text, or add [NotStored] to '{name}'"
                : "has both Time and TimeMs; keep one, or add [NotStored] to the other");
        }

        if (isUser)
        {
            User = Names.Escaped(name);
        }
        else if (isTime)
        {
            (Time, IsTimeInMs) = (Names.Escaped(name), name == "TimeMs");
        }
        else
        {
            Id = Names.Escaped(name);
        }

        return true;
    }

    private void CheckIdentity()
    {
        if (User.Length == 0)
        {
            Report(place, "has no user; add a property 'UserId User'");
        }

        if (Time.Length == 0)
        {
            Report(place, "has no time; add a property 'DateTimeOffset Time', or 'long TimeMs' in milliseconds since the Unix epoch");
        }

        if (Id.Length == 0)
        {
            Report(place, "has no id; add a property 'ulong Id', which distinguishes events of the same user, type and time");
        }
    }

    private void ReadColumn(IPropertySymbol property)
    {
        if (property.Type.TypeKind == TypeKind.Error)
        {
            IsComplete = false;
            return;
        }

        ColumnModel? column = new ColumnReader(type, property, findings).Read();
        ColumnModel? same = column is null ? null : _columns.Find(other => other.AllNames().Intersect(column.AllNames()).Any());
        if (same is not null)
        {
            findings.Add(
                new Finding(Rules.ColumnTwice, SourcePlace.Of(property), type.Name, same.Property, property.Name,
                    column!.AllNames().First(same.AllNames().Contains)));
        }
        else if (column is not null)
        {
            _columns.Add(column);
        }
    }

    // What is generated beside the members of the user.
    private void CheckNames()
    {
        CheckName("Row", "the generated row");
        CheckName("_row", "a field of the generated row");
        CheckName("_columns", "a field of the generated row");
        foreach (ColumnModel column in _columns)
        {
            if (column.Shape == ColumnShape.Vector)
            {
                CheckName(column.Property + "Dimensions", $"the generated width of '{column.Property}'");
            }
            else if (column.Shape == ColumnShape.Text && _columns.Exists(other => other.Property == column.Property + "Utf8"))
            {
                CheckName(column.Property + "Utf8", $"the generated UTF-8 of '{column.Property}' in the row");
            }
        }
    }

    private void CheckName(string name, string what)
    {
        if (type.GetMembers(name).FirstOrDefault(member => !member.IsImplicitlyDeclared) is { } member)
        {
            findings.Add(new Finding(Rules.GeneratedName, SourcePlace.Of(member), type.Name, name, what));
        }
    }

    private void Report(IPropertySymbol property, Microsoft.CodeAnalysis.DiagnosticDescriptor rule, string what) =>
        findings.Add(new Finding(rule, SourcePlace.Of(property), type.Name, property.Name, what));

    private void Report(SourcePlace place, string what) => findings.Add(new Finding(Rules.Identity, place, type.Name, what));
}
