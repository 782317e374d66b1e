# Imported by SmartFhir.psm1, never by a user. Apart from SmartFhir.psd1, because the engine reads type data before it runs a psm1:
# in a tree that is not built, "run dotnet build" could not be said.
@{
    ModuleVersion      = '0.1.0'
    GUID               = 'b7f6d0f4-5b0e-4a37-8f0c-2f6f7b5b9f1e'
    Author             = 'SmartFhir contributors'
    Description        = 'SmartFhir.Resource, its adapter and the views.'
    RequiredAssemblies = @('bin/net8.0/SmartFhir.Loader.dll')
    TypesToProcess     = @('SmartFhir.types.ps1xml')
    FormatsToProcess   = @('SmartFhir.format.ps1xml')
    FunctionsToExport  = @()
    CmdletsToExport    = @()
    VariablesToExport  = @()
    AliasesToExport    = @()
}
