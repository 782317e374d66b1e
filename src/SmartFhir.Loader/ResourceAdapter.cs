using System.Collections.ObjectModel;
using System.Management.Automation;

namespace SmartFhir;

/// <summary>Shows the elements of a <see cref="Resource"/> as properties. Named in SmartFhir.types.ps1xml.</summary>
public sealed class ResourceAdapter : PSPropertyAdapter
{
    private const string BaseTypeName = "SmartFhir.Resource";

    /// <inheritdoc/>
    public override Collection<string> GetTypeNameHierarchy(object baseObject)
    {
        string type = ((Resource)baseObject).ResourceType;
        return type.Length == 0
            ? [BaseTypeName, "System.Object"]
            : [$"{BaseTypeName}#{type}", BaseTypeName, "System.Object"];
    }

    /// <inheritdoc/>
    public override Collection<PSAdaptedProperty> GetProperties(object baseObject)
    {
        var properties = new Collection<PSAdaptedProperty>();
        foreach ((string name, _) in ((Resource)baseObject).Members)
        {
            properties.Add(new PSAdaptedProperty(name, null));
        }

        return properties;
    }

    /// <inheritdoc/>
    public override PSAdaptedProperty? GetProperty(object baseObject, string propertyName) =>
        ((Resource)baseObject).Members.TryFind(propertyName, out string? name) ? new PSAdaptedProperty(name, null) : null;

    /// <inheritdoc/>
    public override object? GetPropertyValue(PSAdaptedProperty adaptedProperty)
    {
        ArgumentNullException.ThrowIfNull(adaptedProperty);
        return ((Resource)adaptedProperty.BaseObject).Members.Get(adaptedProperty.Name);
    }

    /// <inheritdoc/>
    public override void SetPropertyValue(PSAdaptedProperty adaptedProperty, object value)
    {
        ArgumentNullException.ThrowIfNull(adaptedProperty);
        ((Resource)adaptedProperty.BaseObject).Members.Set(adaptedProperty.Name, value);
    }

    /// <inheritdoc/>
    public override bool IsGettable(PSAdaptedProperty adaptedProperty) => true;

    /// <inheritdoc/>
    public override bool IsSettable(PSAdaptedProperty adaptedProperty) => true;

    /// <inheritdoc/>
    public override string GetPropertyTypeName(PSAdaptedProperty adaptedProperty) => GetPropertyValue(adaptedProperty) switch
    {
        PSObject { BaseObject: PSCustomObject } => typeof(PSCustomObject).FullName!,
        PSObject wrapped => wrapped.BaseObject.GetType().FullName!,
        { } value => value.GetType().FullName!,
        null => typeof(object).FullName!,
    };
}
