@{
    RootModule             = 'module/SmartFhir.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = '6c0a3a0e-3f0b-4c57-9d5d-3f0c9a3a7b51'
    Author                 = 'SmartFhir contributors'
    CompanyName            = 'SmartFhir contributors'
    Copyright              = '(c) SmartFhir contributors. MIT licence.'
    Description            = 'Sign in to any SMART-on-FHIR server and work with the FHIR API from the pipeline.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    CmdletsToExport        = @(
        'Connect-SmartFhir'
        'ConvertFrom-SmartFhirJson'
        'ConvertTo-SmartFhirJson'
        'Disconnect-SmartFhir'
        'Get-SmartConfiguration'
        'Get-SmartSession'
        'Get-SmartToken'
        'Invoke-SmartFhirRequest'
        'Select-SmartSession'
        'Start-SmartFhirSandbox'
        'Stop-SmartFhirSandbox'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('FHIR', 'SMART', 'SMART-on-FHIR', 'OAuth2', 'OpenIDConnect', 'Healthcare', 'HL7', 'EHR')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
